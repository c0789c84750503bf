import { Command } from "commander";
import { openRunAccess } from "../access/run-access.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { reportText } from "../output/report-text.ts";
import { runKey } from "../run-view.ts";
import {
  addServerOptions,
  configOf,
  type ServerChoice,
  type ServiceOptions,
  wholeNumber,
  wholeNumberOrZero,
} from "../service-options.ts";

interface ReportOptions extends ServiceOptions, ServerChoice {
  readonly rank: number;
  readonly trades: number;
  readonly points?: number;
  readonly json?: boolean;
}

export function reportCommand(): Command {
  return addServerOptions(new Command("report"))
    .description("print the full report of one row of a run: metrics and trades")
    .argument("<run>", "id of the run, see `sweepline runs`")
    .option("--rank <n>", "which row, see `sweepline top`", wholeNumber, 1)
    .option("--trades <n>", "how many trades at most, from the first", wholeNumberOrZero, 20)
    .option("--points <n>", "points of each curve in the JSON (default 500)", wholeNumber)
    .option("--json", "print JSON, with equity and drawdown curves")
    .addHelpText(
      "after",
      `
The report is computed now; its metrics are those of the row, to the bit.

Examples:
  sweepline report 0199c8a4-5a0e-7c3e-9d0f-0b7b5a3f1c22
  sweepline report 0199c8a4-5a0e-7c3e-9d0f-0b7b5a3f1c22 --rank 3 --trades 1000 --json
${EXIT_CODES_HELP}`,
    )
    .action(async (run: string, options: ReportOptions) => {
      const { rank, trades, points } = options;
      await using access = await openRunAccess(configOf(options, true), options);
      const report = await access.report(runKey(run), {
        ...{ rank, trades },
        ...(points === undefined ? {} : { points }),
      });
      console.log(options.json ? JSON.stringify(report, null, 2) : reportText(report));
    });
}
