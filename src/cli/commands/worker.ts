import { Command } from "commander";
import { UserError } from "../../config.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { aborted, catchInterrupt } from "../interrupt.ts";
import {
  addDatabaseOptions,
  type ServiceOptions,
  workerConfigOf,
  workersOption,
} from "../service-options.ts";

export function workerCommand(): Command {
  return addDatabaseOptions(new Command("worker"))
    .description("work on runs of a shared PostgreSQL database until Ctrl-C, which drains")
    .addOption(workersOption())
    .addHelpText(
      "after",
      `
Start as many as there are machines; they share the chunks of every run, and the digest is the same.

Examples:
  sweepline worker --database-url postgres://me@db/sweepline
  DATABASE_URL=postgres://me@db/sweepline sweepline worker --workers 16
${EXIT_CODES_HELP}`,
    )
    .action(work);
}

async function work(options: ServiceOptions): Promise<void> {
  const config = workerConfigOf(options);
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
  console.log(`Working with ${app.pool.size} threads.`);
  await aborted(interrupt.signal);
  console.log("Draining; Ctrl-C again ends at once.");
}
