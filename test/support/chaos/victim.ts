import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { WorkerPool } from "../../../src/pool/pool.ts";
import { CLOSED_BREAKER } from "../closed-breaker.ts";
import { flagsOn } from "../short-lived.ts";

export interface VictimOptions {
  /** Settings as environment variables. */
  readonly environment: NodeJS.ProcessEnv;
  /** Serves GraphQL here as well; null for a worker. */
  readonly port: number | null;
  /** Wait before each chunk, so that a run is long enough to be hit without keeping all cores. */
  readonly chunkDelayMs: number;
}

/** A process of the service that is there to be killed. */
export interface Victim {
  /** It works, and answers where it serves. Rejects when it ends before. */
  readonly ready: Promise<void>;
  readonly gone: Promise<void>;
  /** As the kernel or a power cut would: no handler runs. */
  kill(): void;
  /** Ends one of its threads in the middle of what it does. */
  killThread(): void;
  /** Stops it without ending it, and lets it go on later: a machine that hangs. */
  freeze(forMs: number): void;
  /** What it has written to stderr. */
  stderr(): string;
}

export function startVictim(options: VictimOptions): Victim {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  const child = fork(import.meta.filename, [JSON.stringify(options)], {
    execPath: process.execPath,
    execArgv: [...flagsOn(options.environment)],
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...CLOSED_BREAKER, ...options.environment },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let stderr = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const gone = once(child, "exit").then(() => {});
  const first = Promise.race([once(child, "message"), gone]);
  const ready = first.then((message) => {
    if (message === undefined) throw new Error(`a process ended before it was ready:\n${stderr}`);
  });
  ready.catch(() => {});
  return {
    ready,
    gone,
    kill: () => void child.kill("SIGKILL"),
    killThread: () => void (child.connected && child.send("thread")),
    freeze: (forMs) => {
      child.kill("SIGSTOP");
      setTimeout(() => child.kill("SIGCONT"), forMs);
    },
    stderr: () => stderr,
  };
}

if (process.argv[1] === import.meta.filename) {
  const { createApp } = await import("../../../src/app.ts");
  const { loadConfig } = await import("../../../src/config.ts");
  const { port, chunkDelayMs } = JSON.parse(process.argv[2]) as VictimOptions;
  const { runChunk } = WorkerPool.prototype;
  WorkerPool.prototype.runChunk = async function (this: WorkerPool, ...work) {
    await sleep(chunkDelayMs);
    return runChunk.apply(this, work);
  };
  const app = await createApp(loadConfig());
  if (port !== null) await app.serve({ port });
  let next = 0;
  process.on("message", () => {
    const pool = app.pool as WorkerPool;
    void pool.terminateWorker(next++ % pool.size);
  });
  // A parent that is gone will never ask.
  process.once("disconnect", () => process.exit(1));
  process.send!("ready");
}
