import { relative } from "node:path";
import { Command } from "commander";
import { ApiClient } from "../../client/api-client.ts";
import type { RunRequestInput } from "../../plan/request.ts";
import { sweepOverGraphql } from "../demo/demo-sweep.ts";
import { openDemo } from "../demo/open-demo.ts";
import { EXIT, EXIT_CODES_HELP } from "../exit-codes.ts";
import { aborted, catchInterrupt } from "../interrupt.ts";
import { formatCount } from "../output/format.ts";
import { resultTable } from "../output/result-table.ts";
import { readPreset } from "../preset.ts";
import { runSeconds } from "../run-view.ts";
import { sp500Sample } from "../samples.ts";
import {
  configOf,
  type ServiceOptions,
  wholeNumberOrZero,
  workersOption,
} from "../service-options.ts";

const PRESET = "sp500-sma-cross";

interface DemoOptions extends ServiceOptions {
  readonly once?: boolean;
}

export function demoCommand(): Command {
  return new Command("demo")
    .description("a real sweep in a minute: service, candles, run over GraphQL, results")
    .option("--once", "end after the sweep instead of serving until Ctrl-C")
    .option("--data-dir <folder>", "where the demo keeps its database", ".sweepline/demo")
    .option("--port <number>", "where GraphQL is served (default 4000)", wholeNumberOrZero)
    .addOption(workersOption())
    .option("--log-level <level>", "fatal, error, warn, info, debug, trace or silent")
    .addHelpText(
      "after",
      `
Starts the service on the embedded database, imports S&P 500 daily candles, sends the preset
${PRESET} to startRun, follows runProgress over a websocket, and prints the best rows.

Examples:
  npm run demo
  npm run demo -- --once
${EXIT_CODES_HELP}`,
    )
    .action(demo);
}

async function demo(options: DemoOptions): Promise<void> {
  const config = { ...configOf(options, true), databaseUrl: null };
  using interrupt = catchInterrupt();
  await using service = await openDemo(config);
  const { app, url, notes } = service;
  for (const note of notes) console.log(`note      ${note}`);
  console.log(`database  embedded, in ${shortPath(app.config.dataDir)}`);
  console.log(`service   ${url}, ${app.pool.size} threads`);

  const { dataset } = await app.datasets.importCandles(sp500Sample());
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const span = `${day(dataset.startMs)} to ${day(dataset.endMs)}`;
  console.log(
    `dataset   ${dataset.name}, ${formatCount(dataset.bars)} bars of ${dataset.timeframe}, ${span}`,
  );

  const request = readPreset(PRESET) as RunRequestInput;
  const { run, rows } = await sweepOverGraphql(new ApiClient(url), request, interrupt.signal);
  console.log(`\n${resultTable(rows, process.stdout.columns)}\n`);
  console.log(`run       ${run.id}, ${run.state} in ${runSeconds(run).toFixed(2)} s`);
  if (run.error !== null) console.log(`error     ${run.error.code}: ${run.error.message}`);
  if (run.digest !== null) console.log(`digest    ${run.digest}`);
  console.log(`GraphiQL  ${url}`);

  if (run.state !== "SUCCEEDED") {
    process.exitCode = interrupt.signal.aborted ? EXIT.interrupted : EXIT.runFailed;
  } else if (!options.once) {
    console.log("\nServing until Ctrl-C.");
    await aborted(interrupt.signal);
    console.log("Draining; Ctrl-C again ends at once.");
  }
}

/** Below the working directory relative to it, elsewhere as it is. */
function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}
