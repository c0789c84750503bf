/**
 * A process that does nothing, with so many threads that do nothing: what any program takes that
 * has them. Answers with its resident memory at its peak, in MiB.
 */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { THREAD_LIMITS } from "../src/pool/thread-limits.ts";

/** Until what Node does in the background after a start is over. */
const SETTLE_MS = 500;
const IDLE = 'require("node:worker_threads").parentPort.on("message", () => {})';

const started = Array.from({ length: Number(process.argv[2]) }, async () => {
  await once(new Worker(IDLE, { eval: true, resourceLimits: THREAD_LIMITS }), "online");
});
await Promise.all(started);
await sleep(SETTLE_MS);
process.send?.(process.resourceUsage().maxRSS / 1024, () => process.exit());
