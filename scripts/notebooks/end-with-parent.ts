import { isMainThread } from "node:worker_threads";

// Loaded into the kernel before tslab: a kernel idles for ever, so one whose runner was killed
// must notice by itself. The runner holds the other end of this process's IPC channel.
if (isMainThread && process.channel) {
  process.on("disconnect", () => process.exit(1));
  process.channel.unref();
}
