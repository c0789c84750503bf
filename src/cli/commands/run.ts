import { Command, Option } from "commander";
import type { App, RunRecord } from "../../app.ts";
import { summaryOf, topRows } from "../access/database-access.ts";
import { EXIT, EXIT_CODES_HELP } from "../exit-codes.ts";
import { followRun } from "../follow-run.ts";
import { catchInterrupt } from "../interrupt.ts";
import { profileTable } from "../output/profile-table.ts";
import { progressDisplay } from "../output/progress-bar.ts";
import { resultTable } from "../output/result-table.ts";
import { readPreset } from "../preset.ts";
import { type RunRow, type RunSummary, runSeconds } from "../run-view.ts";
import {
  addDatabaseOptions,
  configOf,
  type ServiceOptions,
  wholeNumber,
  workersOption,
} from "../service-options.ts";

interface RunOptions extends ServiceOptions {
  readonly dataset?: string;
  readonly chunkVariants?: number;
  readonly priority?: string;
  readonly deadline?: string;
  readonly timeLimit?: number;
  readonly limit: number;
  readonly json?: boolean;
  readonly profile?: boolean;
}

const PRIORITIES = ["CRITICAL", "HIGH", "NORMAL", "LOW", "BULK"];

export function runCommand(): Command {
  return addDatabaseOptions(new Command("run"))
    .description("run a preset in this process, with a progress bar, and print the best rows")
    .argument("<preset>", "YAML file, or the name of one in configs/runs")
    .option("--dataset <name>", "another dataset than the preset's")
    .addOption(workersOption())
    .addOption(
      new Option("--chunk-variants <n>", "variants a chunk, the unit of a checkpoint").argParser(
        wholeNumber,
      ),
    )
    .addOption(
      new Option("--priority <name>", "before whom it gets the threads").choices(PRIORITIES),
    )
    .option("--deadline <time>", "ISO date, UTC without a zone: the run ends then")
    .option("--time-limit <seconds>", "the run ends so long after its start", Number)
    .option("--limit <n>", "rows to print", wholeNumber, 10)
    .option("--profile", "tell where the time went, phase by phase")
    .option("--json", "print JSON on stdout; progress goes to stderr")
    .addHelpText(
      "after",
      `
Workers and chunk size change the speed, never the digest. Ctrl-C cancels the run; what it has
found until then is printed and stays in the database.

Examples:
  sweepline import --sample sp500
  sweepline run sp500-sma-cross
  sweepline run my-run.yaml --workers 1 --limit 50 --json
${EXIT_CODES_HELP}`,
    )
    .action(run);
}

async function run(preset: string, options: RunOptions): Promise<void> {
  const { dataset, workers, chunkVariants, priority, deadline, timeLimit } = options;
  const times = { priority, deadline, timeLimitSeconds: timeLimit };
  const request = readPreset(preset, { dataset, workers, chunkVariants, ...times });
  const { createApp } = await import("../../app.ts");
  using interrupt = catchInterrupt();
  await using app = await createApp(configOf(options, true));
  const { run: started } = await app.runs.startRun(request, null);
  const ended = await showUntilEnd(app, started, interrupt.signal);
  const summary = await summaryOf(app.store, ended);
  const rows = await topRows(app.store, ended.id, options.limit);
  if (options.json) {
    const { estimate, planHash, datasetHash, engineVersion } = ended.plan;
    const profile = options.profile === true ? { profile: ended.profile } : {};
    const about = { ...summary, estimate, planHash, datasetHash, engineVersion, ...profile };
    console.log(JSON.stringify({ run: about, rows }, null, 2));
  } else {
    console.log(endText(summary, rows));
    const profile = options.profile === true ? ended.profile : null;
    if (profile !== null) console.log(`\n${profileTable(profile)}`);
  }
  process.exitCode = exitCodeOf(ended, interrupt.signal.aborted);
}

async function showUntilEnd(app: App, run: RunRecord, interrupt: AbortSignal): Promise<RunRecord> {
  const display = progressDisplay(process.stderr, run.plan.sweep.ranking[0].metric);
  const cancel = () => void app.runs.cancelRun(run.id, "Ctrl-C").catch(console.error);
  if (interrupt.aborted) cancel();
  interrupt.addEventListener("abort", cancel, { once: true });
  try {
    return await followRun(app.store, run.id, (event) => display.show(event));
  } finally {
    display.stop();
    interrupt.removeEventListener("abort", cancel);
  }
}

function endText(run: RunSummary, rows: readonly RunRow[]): string {
  const { id, state, error, digest } = run;
  return [
    "",
    ...(state === "SUCCEEDED" ? [] : [`The run is ${state}; these are the best until then.`, ""]),
    ...(error === null ? [] : [`${error.code}: ${error.message}`, ""]),
    resultTable(rows, process.stdout.columns),
    "",
    `run     ${id}`,
    `state   ${state} in ${runSeconds(run).toFixed(2)} s`,
    ...(digest === null ? [] : [`digest  ${digest}`]),
  ].join("\n");
}

function exitCodeOf({ state }: RunRecord, interrupted: boolean): number {
  if (state === "SUCCEEDED") return EXIT.ok;
  return state === "CANCELLED" && interrupted ? EXIT.interrupted : EXIT.runFailed;
}
