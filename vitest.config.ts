import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { LongFilesFirst } from "./test/support/long-files-first.ts";
import { SummaryReporter } from "./test/support/summary-reporter.ts";

// Test files, threads and processes load modules that Node has stripped of types before.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), "node-compile-cache");

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/property-replay.ts"],
    globalSetup: ["test/support/postgres.ts"],
    // Processes, not threads: tests start worker threads, databases and signals of their own.
    pool: "forks",
    // More than cores: files that wait for processes and databases leave theirs to others.
    maxWorkers: "150%",
    sequence: { sequencer: LongFilesFirst },
    testTimeout: 20_000,
    hookTimeout: 30_000,
    teardownTimeout: 5_000,
    // What comes in its own time is waited for: a busy machine is no fault of it.
    expect: { poll: { timeout: 15_000, interval: 20 } },
    allowOnly: false,
    // Tests load TypeScript as production does: Node itself, one instance of each package.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    reporters: [new SummaryReporter()],
  },
});
