import { Command } from "commander";
import type { RunPlan } from "../../app.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { formatBytes, formatCount } from "../output/format.ts";
import { readPreset } from "../preset.ts";
import {
  addDatabaseOptions,
  configOf,
  type ServiceOptions,
  workersOption,
} from "../service-options.ts";

interface EstimateOptions extends ServiceOptions {
  readonly dataset?: string;
  readonly json?: boolean;
}

export function estimateCommand(): Command {
  return addDatabaseOptions(new Command("estimate"))
    .description("say what a run would cost, and whether the guards allow it; nothing is started")
    .argument("<preset>", "YAML file, or the name of one in configs/runs")
    .option("--dataset <name>", "another dataset than the preset's")
    .addOption(workersOption())
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Examples:
  sweepline estimate sp500-sma-cross
  sweepline estimate my-run.yaml --dataset btc --json
${EXIT_CODES_HELP}`,
    )
    .action(estimate);
}

async function estimate(preset: string, options: EstimateOptions): Promise<void> {
  const request = readPreset(preset, { dataset: options.dataset });
  const { createApp } = await import("../../app.ts");
  await using app = await createApp(configOf(options, true), { work: false });
  const plan = await app.runs.estimate(request);
  const { planHash, datasetHash, engineVersion } = plan;
  const answer = { ...plan.estimate, planHash, datasetHash, engineVersion };
  console.log(options.json ? JSON.stringify(answer, null, 2) : estimateText(plan));
}

/** The arithmetic of a plan, before anything runs. */
export function estimateText({ estimate, planHash, datasetHash }: RunPlan): string {
  const { stageAVariants, indexSpace } = estimate;
  return [
    `Stage A   ${formatCount(stageAVariants)} of ${formatCount(indexSpace)} variants`,
    `Stage B   ${formatCount(estimate.stageBVariants)} variants`,
    `bars      ${formatCount(estimate.bars)}`,
    `memory    ${formatBytes(estimate.bytes)}`,
    `time      about ${estimate.seconds.toPrecision(2)} s`,
    `plan      ${planHash}`,
    `dataset   ${datasetHash}`,
  ].join("\n");
}
