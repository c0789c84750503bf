/**
 * Loaded into a server beside its own code (`--import`): says at a socket how late the event loop
 * of its main thread was, in looks of 10 ms, since it was last asked. The server's own meter looks
 * ten times a second, which is too seldom for the 99th percentile of some seconds.
 */
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

const LOOK_MS = 10;
const path = process.env.LOOP_PROBE;

if (isMainThread && path !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: LOOK_MS });
  delay.enable();
  // The command line begins once more with flags of its own, and leaves a socket behind.
  rmSync(path, { force: true });
  createServer((socket) => {
    const lateMs = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - LOOK_MS);
    const p99Ms = lateMs(delay.percentile(99));
    socket.end(JSON.stringify({ p99Ms, maxMs: lateMs(delay.max) }));
    delay.reset();
  })
    .listen(path)
    .unref();
}
