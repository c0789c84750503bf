import { basename, extname } from "node:path";
import { Command, Option } from "commander";
import type { DatasetImports, ImportResult } from "../../app.ts";
import { UserError } from "../../config.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { formatCount } from "../output/format.ts";
import { sp500Sample } from "../samples.ts";
import {
  addDatabaseOptions,
  configOf,
  type ServiceOptions,
  wholeNumber,
  wholeNumberOrZero,
} from "../service-options.ts";

type CsvImport = Parameters<DatasetImports["importCsv"]>[0];
type Timeframe = NonNullable<CsvImport["timeframe"]>;

interface ImportOptions extends ServiceOptions {
  readonly name?: string;
  readonly instrument?: string;
  readonly timeframe?: string;
  readonly skipRejected?: boolean;
  readonly sample?: "sp500";
  readonly synthetic?: boolean;
  readonly bars: number;
  readonly seed: number;
  readonly json?: boolean;
}

export function importCommand(): Command {
  return addDatabaseOptions(new Command("import"))
    .description("store candles as a dataset: from a CSV file, a sample, or a seeded random market")
    .argument("[csv]", "file with a header; - reads standard input")
    .option("--name <name>", "how runs call it (default: the file's name)")
    .option("--instrument <name>", "such as SPX or BTC/USDT")
    .option("--timeframe <name>", "1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d; found out from a CSV")
    .option(
      "--skip-rejected",
      "import the other rows when some are bad; by default one refuses all",
    )
    .addOption(new Option("--sample <name>", "candles that come along").choices(["sp500"]))
    .option("--synthetic", "a random market with trends and regimes, the same for the same seed")
    .option("--bars <n>", "bars of --synthetic, up to 5,000,000", wholeNumber, 10_000)
    .option("--seed <n>", "seed of --synthetic", wholeNumberOrZero, 1)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Columns are found by name, whatever their case: time or date, open, high, low, close, volume.
Times may be ISO dates, instants, or epoch seconds or milliseconds. The same candles twice are one
dataset.

Examples:
  sweepline import prices.csv --name btc --instrument BTC/USDT
  sweepline import --sample sp500
  sweepline import --synthetic --name synthetic-1h --bars 43800 --timeframe 1h --seed 7
${EXIT_CODES_HELP}`,
    )
    .action(importDataset);
}

async function importDataset(csv: string | undefined, options: ImportOptions): Promise<void> {
  const given = [csv, options.sample, options.synthetic].filter((source) => source !== undefined);
  if (given.length !== 1) {
    const bound = "one of: a CSV file, --sample, --synthetic";
    const message = given.length === 0 ? "nothing to import" : "more than one thing to import";
    throw new UserError("VALIDATION", { path: "csv", message, value: null, bound });
  }
  const { openDatasets } = await import("../../app.ts");
  await using datasets = await openDatasets(configOf(options, true));
  const result = await importFrom(datasets, csv, options);
  console.log(options.json ? JSON.stringify(jsonOf(result), null, 2) : textOf(result));
}

function importFrom(
  datasets: DatasetImports,
  csv: string | undefined,
  options: ImportOptions,
): Promise<ImportResult> {
  const { name, instrument, bars, seed } = options;
  // The library says which timeframes there are.
  const timeframe = options.timeframe as Timeframe | undefined;
  const labels = {
    ...(name === undefined ? {} : { name }),
    ...(instrument === undefined ? {} : { instrument }),
    ...(timeframe === undefined ? {} : { timeframe }),
  };
  if (options.synthetic) return datasets.importSynthetic({ ...labels, bars, seed });
  if (csv === undefined) return datasets.importCsv({ ...sp500Sample(), ...labels });
  return datasets.importCsv({
    name: basename(csv, extname(csv)),
    ...labels,
    ...(csv === "-" ? { name: name ?? "stdin", input: process.stdin } : { path: csv }),
    onReject: options.skipRejected ? "skip" : "refuse",
  });
}

function jsonOf({ dataset, created, rejected }: ImportResult): object {
  return { created, dataset, rejected };
}

function textOf({ dataset, created, rejected }: ImportResult): string {
  const { name, instrument, timeframe, bars, startMs, endMs, gaps, hash } = dataset;
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  return [
    created ? "imported" : "there already",
    `  name        ${name}`,
    `  instrument  ${instrument}`,
    `  bars        ${formatCount(bars)} of ${timeframe}, ${day(startMs)} to ${day(endMs)}`,
    `  gaps        ${formatCount(gaps.count)}, ${formatCount(gaps.missingBars)} bars missing`,
    `  hash        ${hash}`,
    ...(rejected.count === 0 ? [] : [`  rejected    ${formatCount(rejected.count)} rows`]),
    ...rejected.first.map(({ row, reason }) => `    row ${row}: ${reason}`),
  ].join("\n");
}
