import { Command } from "commander";
import { UserError } from "../../config.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { aborted, catchInterrupt } from "../interrupt.ts";
import {
  addDatabaseOptions,
  type ServiceOptions,
  wholeNumberOrZero,
  workerConfigOf,
  workersOption,
} from "../service-options.ts";

export function workerCommand(): Command {
  return addDatabaseOptions(new Command("worker"))
    .description("work on runs of a shared PostgreSQL database until Ctrl-C, which drains")
    .addOption(workersOption())
    .option("--host <address>", "where to answer /health and /metrics (default 127.0.0.1)")
    .option("--port <number>", "at which port; nowhere without one", wholeNumberOrZero)
    .addHelpText(
      "after",
      `
Start as many as there are machines; they share the chunks of every run, and the digest is the same.

Examples:
  sweepline worker --database-url postgres://me@db/sweepline
  sweepline worker --database-url postgres://me@db/sweepline --port 9400
  DATABASE_URL=postgres://me@db/sweepline sweepline worker --workers 16
${EXIT_CODES_HELP}`,
    )
    .action(work);
}

async function work(options: ServiceOptions): Promise<void> {
  const { port, ...others } = options;
  const config = workerConfigOf({ ...others, ...(port === undefined ? {} : { workerPort: port }) });
  if (config.databaseUrl === null) {
    throw new UserError("VALIDATION", {
      path: "databaseUrl",
      message:
        "a worker shares a PostgreSQL database with a server; the embedded database belongs to " +
        "one process, and `sweepline serve` does its own work there",
      value: null,
      bound: "a postgres:// URL (--database-url or DATABASE_URL)",
    });
  }
  const { createApp } = await import("../../app.ts");
  using interrupt = catchInterrupt();
  await using app = await createApp(config);
  if (config.workerPort !== null) {
    const health = await app.serveHealth(config.workerPort);
    console.log(`Health and meters at http://${config.host}:${health.port}`);
  }
  console.log(`Working with ${app.pool.size} threads.`);
  await aborted(interrupt.signal);
  console.log("Draining; Ctrl-C again ends at once.");
}
