/**
 * A process that does nothing, with so many threads that do nothing: what any program takes that
 * has them. Answers with its resident memory at its peak, in MiB. Nothing in it has types: what
 * strips them would be measured as well.
 */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";

/** Until what Node does in the background after a start is over. */
const SETTLE_MS = 500;
const IDLE = 'require("node:worker_threads").parentPort.on("message", () => {})';

const [threads, resourceLimits] = process.argv.slice(2).map((text) => JSON.parse(text));
const started = Array.from({ length: threads }, async () => {
  await once(new Worker(IDLE, { eval: true, resourceLimits }), "online");
});
await Promise.all(started);
await sleep(SETTLE_MS);
process.send(process.resourceUsage().maxRSS / 1024, () => process.exit());
