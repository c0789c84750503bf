import { Command } from "commander";
import { type ListedIndicator, listIndicators } from "../../default-axes.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { indicatorDetails, indicatorsTable } from "../output/indicators-table.ts";

export function indicatorsCommand(): Command {
  return new Command("indicators")
    .description("list indicators with the axes usually tried, or one of them in full")
    .argument("[id]", "an id such as ma.sma, or a family such as ma")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Examples:
  sweepline indicators
  sweepline indicators trend
  sweepline indicators momentum.rsi --json
${EXIT_CODES_HELP}`,
    )
    .action((id: string | undefined, options: { readonly json?: boolean }, command: Command) => {
      const found = listIndicators().filter((indicator) => isAsked(indicator, id));
      if (found.length === 0) command.error(`error: no indicator or family is called '${id}'`);
      if (options.json) console.log(JSON.stringify(found, null, 2));
      else console.log(found.length === 1 ? indicatorDetails(found[0]) : indicatorsTable(found));
    });
}

function isAsked(indicator: ListedIndicator, id: string | undefined): boolean {
  return id === undefined || indicator.id === id || indicator.id.startsWith(`${id}.`);
}
