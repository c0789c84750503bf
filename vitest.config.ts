import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { LongFilesFirst } from "./test/support/long-files-first.ts";
import { SummaryReporter } from "./test/support/summary-reporter.ts";

// Test files, threads and processes load modules that Node has stripped of types before.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), "node-compile-cache");

/**
 * Suites of functions: they start nothing, and what they import keeps no state that shows. They
 * share their processes, which read the core once and keep what was compiled of it.
 */
const PURE = "core|kernels|plan|admission|graphql";

/** Suites of the service share theirs as well: each file gives back what it took. */
const SERVICE = "cli|client|conformance|fuzz|market-data|pool|runner|server|simulation|store";

/** Not these: one measures the memory of its process, the others read files of many megabytes. */
const ALONE = [
  "test/core/stages/memory-budget.test.ts",
  "test/core/stages/staged-golden.test.ts",
  "test/core/indicators/{outside-truth,seed-parity,stock-indicators,tradingview}.test.ts",
  "test/core/{signals/rules,execution/reference,metrics/metrics}-golden.test.ts",
  "test/core/execution/tradingview-trades.test.ts",
  "test/core/report/table.test.ts",
  "test/kernels/real-candles.test.ts",
];

const PROPERTY_REPLAY = "test/support/property-replay.ts";
const POSTGRES = "test/support/postgres.ts";

/**
 * In continuous integration what meets real time (processes, databases, memory, kernels of
 * notebooks) may fail once, and the report says so, as FLAKY with its error. A property never may:
 * another seed proves nothing.
 */
const ONCE_MORE = {
  count: process.env.CI ? 1 : 0,
  condition: /^(?!.*Property failed after)/s,
};

const SHARED = {
  setupFiles: [PROPERTY_REPLAY],
  // Processes, not threads: tests start worker threads, databases and signals of their own.
  pool: "forks",
  // What comes in its own time is waited for: a busy machine is no fault of it.
  testTimeout: 600_000,
  hookTimeout: 600_000,
  expect: { poll: { timeout: 240_000, interval: 20 } },
  allowOnly: false,
  // Tests load TypeScript as production does: Node itself, one instance of each package.
  experimental: { viteModuleRunner: false, nodeLoader: false },
} satisfies TestProjectInlineConfiguration["test"];

export default defineConfig({
  test: {
    // With three on two cores files that mostly wait took 37.9 s instead of 40.9, and a fifth more
    // of the processors: each process compiles for itself. By itself vitest would use one.
    maxWorkers: "100%",
    teardownTimeout: 5_000,
    sequence: { sequencer: LongFilesFirst },
    reporters: [new SummaryReporter()],
    projects: [
      {
        test: {
          ...SHARED,
          name: "whole",
          retry: ONCE_MORE,
          include: [`test/!(${PURE}|${SERVICE})/**/*.test.ts`, ...ALONE],
          globalSetup: [POSTGRES],
        },
      },
      {
        test: {
          ...SHARED,
          name: "service",
          retry: ONCE_MORE,
          include: [`test/+(${SERVICE})/**/*.test.ts`],
          isolate: false,
          setupFiles: [PROPERTY_REPLAY, "test/support/kept-engine.ts"],
          globalSetup: [POSTGRES],
        },
      },
      {
        test: {
          ...SHARED,
          name: "pure",
          include: [`test/+(${PURE})/**/*.test.ts`],
          exclude: ALONE,
          isolate: false,
        },
      },
    ],
  },
});
