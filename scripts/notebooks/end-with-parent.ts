import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { isMainThread } from "node:worker_threads";

// Loaded into the kernel before tslab: a kernel idles for ever, so one whose runner was killed
// must notice by itself, and take along the folder that the runner made for it. The runner holds
// the other end of this process's IPC channel; the last argument is the connection file.
const connectionFile = process.argv.at(-1);
if (isMainThread && process.channel && connectionFile?.endsWith("connection.json")) {
  process.on("disconnect", () => {
    rmSync(dirname(connectionFile), { recursive: true, force: true });
    process.exit(1);
  });
  process.channel.unref();
}
