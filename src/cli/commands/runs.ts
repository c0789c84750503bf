import { Command } from "commander";
import { openRunAccess } from "../access/run-access.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { runsTable } from "../output/runs-table.ts";
import {
  addServerOptions,
  configOf,
  type ServerChoice,
  type ServiceOptions,
  wholeNumber,
} from "../service-options.ts";

interface RunsOptions extends ServiceOptions, ServerChoice {
  readonly limit: number;
  readonly json?: boolean;
}

export function runsCommand(): Command {
  return addServerOptions(new Command("runs"))
    .description("list runs, newest first")
    .option("--limit <n>", "how many at most", wholeNumber, 20)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Examples:
  sweepline runs
  sweepline runs --limit 100 --json
  sweepline runs --server http://127.0.0.1:4000
${EXIT_CODES_HELP}`,
    )
    .action(async (options: RunsOptions) => {
      await using access = await openRunAccess(configOf(options, true), options);
      const runs = await access.list(options.limit);
      console.log(options.json ? JSON.stringify(runs, null, 2) : runsTable(runs));
    });
}
