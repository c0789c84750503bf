import { Command } from "commander";
import { EXIT, EXIT_CODES_HELP } from "../exit-codes.ts";
import { checkText } from "../output/check-text.ts";
import { readPreset } from "../preset.ts";
import {
  addDatabaseOptions,
  configOf,
  type ServiceOptions,
  wholeNumberOrZero,
} from "../service-options.ts";

interface CheckOptions extends ServiceOptions {
  readonly dataset?: string;
  readonly seed: number;
  readonly json?: boolean;
}

export function checkCommand(): Command {
  return addDatabaseOptions(new Command("check"))
    .description("say whether a strategy knows the future, and whether its warm-up is enough")
    .argument("<preset>", "YAML file, or the name of one in configs/runs")
    .option("--dataset <name>", "another dataset than the preset's")
    .option("--seed <n>", "decides which variants and bars are looked at", wholeNumberOrZero, 1)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
After many bars the rest of the candles is cut off or shuffled: what the strategy did up to there
must not move by a bit. A warm-up that is too short is told, and is no failure.

Examples:
  sweepline check sp500-pullback-expressions
  sweepline check my-run.yaml --dataset btc --seed 7 --json
${EXIT_CODES_HELP}`,
    )
    .action(check);
}

async function check(preset: string, options: CheckOptions): Promise<void> {
  const request = readPreset(preset, { dataset: options.dataset });
  const { createApp } = await import("../../app.ts");
  // One thread does the whole check.
  const config = configOf({ ...options, workers: 1 }, true);
  await using app = await createApp(config, { work: false });
  const { lookahead, warmup } = await app.runs.check(request, { seed: options.seed });
  const answer = { lookahead, warmup };
  console.log(options.json ? JSON.stringify(answer, null, 2) : checkText(answer));
  if (!lookahead.passed) process.exitCode = EXIT.checkFailed;
}
