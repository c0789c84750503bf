import { Command } from "commander";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { aborted, catchInterrupt } from "../interrupt.ts";
import {
  addDatabaseOptions,
  configOf,
  type ServiceOptions,
  wholeNumberOrZero,
  workersOption,
} from "../service-options.ts";

export function serveCommand(): Command {
  return addDatabaseOptions(new Command("serve"))
    .description("serve GraphQL and work on runs until Ctrl-C, which drains")
    .option("--host <address>", "where to listen (default 127.0.0.1)")
    .option("--port <number>", "0 takes any free port (default 4000)", wholeNumberOrZero)
    .addOption(workersOption())
    .addHelpText(
      "after",
      `
Examples:
  sweepline serve
  sweepline serve --port 8080 --workers 4
  DATABASE_URL=postgres://me@db/sweepline sweepline serve
${EXIT_CODES_HELP}`,
    )
    .action(serve);
}

async function serve(options: ServiceOptions): Promise<void> {
  const config = configOf(options);
  const { compileQuestions, createApp } = await import("../../app.ts");
  using interrupt = catchInterrupt();
  const [opened] = await Promise.all([createApp(config), compileQuestions()]);
  await using app = opened;
  const { url, isOpen } = await app.serve();
  console.log(`GraphQL and GraphiQL at ${url}`);
  if (isOpen) {
    console.log(
      "No token has been made: whoever is on this machine may do everything, and nobody else may " +
        "connect. `sweepline token create` changes that.",
    );
  }
  await aborted(interrupt.signal);
  console.log("Draining; Ctrl-C again ends at once.");
}
