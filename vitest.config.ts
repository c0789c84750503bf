import { defineConfig } from "vitest/config";
import { SummaryReporter } from "./test/support/summary-reporter.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/property-replay.ts"],
    globalSetup: ["test/support/postgres.ts"],
    // Processes, not threads: tests start worker threads, databases and signals of their own.
    pool: "forks",
    maxWorkers: "100%",
    testTimeout: 20_000,
    hookTimeout: 30_000,
    teardownTimeout: 5_000,
    allowOnly: false,
    // Tests load TypeScript as production does: Node itself, one instance of each package.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    reporters: [new SummaryReporter()],
  },
});
