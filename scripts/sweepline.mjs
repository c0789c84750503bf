#!/usr/bin/env node
// Starts the command line with a Node that runs TypeScript: this one, or the `node` package's.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import * as module from "node:module";
import { fileURLToPath } from "node:url";

const main = new URL("../src/cli/main.ts", import.meta.url);
const [major] = process.versions.node.split(".").map(Number);

// Modules that were read once come from Node's compile cache, here, in threads and in processes
// that this one starts: a start takes a fraction of the time, and nothing holds what strips types.
const { directory } = module.enableCompileCache?.() ?? {};
if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory;

// Most memory of this process is arrays that its small heap only points to: a heap that is tidied
// up early lets go of them early. And the allocator of Linux keeps freed memory apart for each
// thread, in as many places as there are cores: two will do; and once a large piece was freed, it
// keeps whatever is smaller: pieces from 128 KiB on go back at once. All this is settled before a
// process begins, so it begins once more.
const { MALLOC_ARENA_MAX } = process.env;
if (process.platform === "linux" && process.execve && MALLOC_ARENA_MAX === undefined) {
  const flags = ["--max-semi-space-size=1", "--heap-growing-percent=10", ...process.execArgv];
  const args = [process.execPath, ...flags, ...process.argv.slice(1)];
  process.execve(process.execPath, args, {
    ...process.env,
    MALLOC_ARENA_MAX: "2",
    MALLOC_MMAP_THRESHOLD_: "131072",
    MALLOC_TRIM_THRESHOLD_: "131072",
  });
}

if (major >= 24) {
  await import(main.href);
} else {
  const bundled = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
  if (!existsSync(bundled)) {
    console.error(`error: Node 24 or newer is needed, this is ${process.versions.node}`);
    process.exit(1);
  }
  const args = [fileURLToPath(main), ...process.argv.slice(2)];
  const child = spawn(bundled, args, { stdio: "inherit" });
  // A terminal sends Ctrl-C to both; this process stays until the other has drained.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code) => process.exit(code ?? 1));
}
