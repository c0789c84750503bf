import { type ChildProcess, fork } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A process of its own; heap, allocator and modules are as scripts/sweepline.mjs has them. */
export function forkAsService(module: URL, args: readonly string[] = []): ChildProcess {
  return fork(module, args, {
    // Plain data of every kind may be sent, numbers that JSON does not know included.
    serialization: "advanced",
    execArgv: ["--max-semi-space-size=1", "--heap-growing-percent=10"],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"),
      MALLOC_ARENA_MAX: "2",
      MALLOC_MMAP_THRESHOLD_: "131072",
      MALLOC_TRIM_THRESHOLD_: "131072",
    },
  });
}
