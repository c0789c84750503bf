import { fork } from "node:child_process";
import { once } from "node:events";
import type { DatabaseLocation } from "../../src/store/database.ts";
import { ChunkDoor } from "./chunk-door.ts";
import { openService, type ServiceOptions } from "./service-under-test.ts";

export interface WorkerProcess {
  /** Resolves when it is gone. */
  readonly gone: Promise<void>;
  /** Drains it, as on SIGTERM. */
  drain(): Promise<void>;
}

type WorkerOptions = Pick<ServiceOptions, "workers" | "leaseMs" | "heartbeatMs"> & {
  /** Ends once it has stored a chunk, as a power cut would do it: by nobody's haste but its own. */
  readonly dies?: boolean;
  /** Scores so many stretches and no more: its run is not over before it is drained. */
  readonly passes?: number;
};

/** A runner in a process of its own. */
export async function startWorkerProcess(
  location: DatabaseLocation,
  options: WorkerOptions = {},
): Promise<WorkerProcess> {
  const child = fork(import.meta.filename, [JSON.stringify({ location, options })], {
    execPath: process.execPath,
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const gone = once(child, "exit");
  const [first] = await Promise.race([once(child, "message"), gone]);
  if (first !== "ready") throw new Error(`the worker process ended with ${first}`);
  return {
    gone: gone.then(() => {}),
    drain: async () => {
      child.send("drain");
      const [code] = await gone;
      if (code !== 0) throw new Error(`the worker process ended with ${code}`);
    },
  };
}

if (process.argv[1] === import.meta.filename) {
  const { location, options } = JSON.parse(process.argv[2]);
  const door = new ChunkDoor();
  if (options.passes !== undefined) door.shut(options.passes);
  const service = await openService(location, { ...options, pool: (pool) => door.before(pool) });
  if (options.dies) {
    service.store.onRunChanged(async (runId) => {
      const chunks = await service.store.chunks(runId);
      if (chunks.some((chunk) => chunk.state === "DONE")) process.kill(process.pid, "SIGKILL");
    });
  }
  await service.runner.start();
  process.once("message", async () => {
    await service.close();
    process.exit(0);
  });
  // A parent that is gone will never ask.
  process.once("disconnect", () => process.exit(1));
  process.send!("ready");
}
