import { fork } from "node:child_process";
import { once } from "node:events";
import type { DatabaseLocation } from "../../src/store/database.ts";
import { openService, type ServiceOptions } from "./service-under-test.ts";

export interface WorkerProcess {
  /** Resolves once it has stored a chunk. */
  readonly progress: Promise<void>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Drains it, as on SIGTERM. */
  drain(): Promise<void>;
}

/** A runner in a process of its own. */
export async function startWorkerProcess(
  location: DatabaseLocation,
  options: Pick<ServiceOptions, "workers" | "leaseMs" | "heartbeatMs"> = {},
): Promise<WorkerProcess> {
  const child = fork(import.meta.filename, [JSON.stringify({ location, options })], {
    execPath: process.execPath,
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const gone = once(child, "exit");
  const [first] = await Promise.race([once(child, "message"), gone]);
  if (first !== "ready") throw new Error(`the worker process ended with ${first}`);
  const progress = new Promise<void>((resolve) => {
    child.on("message", (message) => message === "progress" && resolve());
  });
  return {
    progress,
    kill: async () => {
      child.kill("SIGKILL");
      await gone;
    },
    drain: async () => {
      child.send("drain");
      const [code] = await gone;
      if (code !== 0) throw new Error(`the worker process ended with ${code}`);
    },
  };
}

if (process.argv[1] === import.meta.filename) {
  const { location, options } = JSON.parse(process.argv[2]);
  const service = await openService(location, options);
  service.store.onRunChanged(async (runId) => {
    // Once it drains, the store may be closed before the answer.
    const chunks = await service.store.chunks(runId).catch(() => []);
    const stored = chunks.some((chunk) => chunk.state === "DONE");
    if (stored && process.connected) process.send!("progress");
  });
  await service.runner.start();
  process.once("message", async () => {
    await service.close();
    process.exit(0);
  });
  // A parent that is gone will never ask.
  process.once("disconnect", () => process.exit(1));
  process.send!("ready");
}
