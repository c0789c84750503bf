import { Command } from "commander";
import { openRunAccess } from "../access/run-access.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { resultTable } from "../output/result-table.ts";
import { runKey } from "../run-view.ts";
import {
  addServerOptions,
  configOf,
  type ServerChoice,
  type ServiceOptions,
  wholeNumber,
} from "../service-options.ts";

interface TopOptions extends ServiceOptions, ServerChoice {
  readonly limit: number;
  readonly json?: boolean;
}

export function topCommand(): Command {
  return addServerOptions(new Command("top"))
    .description("print the best rows of a run with parameters and metrics")
    .argument("<run>", "id of the run, see `sweepline runs`")
    .option("--limit <n>", "how many at most", wholeNumber, 10)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
A run that was cancelled or timed out has the best it had found until then.

Examples:
  sweepline top 0199c8a4-5a0e-7c3e-9d0f-0b7b5a3f1c22
  sweepline top 0199c8a4-5a0e-7c3e-9d0f-0b7b5a3f1c22 --limit 300 --json
${EXIT_CODES_HELP}`,
    )
    .action(async (run: string, options: TopOptions) => {
      await using access = await openRunAccess(configOf(options, true), options);
      const rows = await access.top(runKey(run), options.limit);
      console.log(
        options.json ? JSON.stringify(rows, null, 2) : resultTable(rows, process.stdout.columns),
      );
    });
}
