import { basename, extname } from "node:path";
import { Command, Option } from "commander";
import type { DatasetImports, ImportResult, RejectedRows } from "../../app.ts";
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
import { type ExchangeOptions, importFromExchange } from "./import-exchange.ts";

type CandlesImport = Parameters<DatasetImports["importCandles"]>[0];
type Timeframe = NonNullable<CandlesImport["timeframe"]>;

interface ImportOptions extends ServiceOptions, ExchangeOptions {
  readonly sample?: "sp500";
  readonly synthetic?: boolean;
  readonly bars: number;
  readonly seed: number;
  readonly json?: boolean;
}

export function importCommand(): Command {
  return addDatabaseOptions(new Command("import"))
    .description(
      "store candles as a dataset: from a file, an exchange, a sample, or a random market",
    )
    .argument(
      "[file]",
      "CSV with a header or Parquet, either may be gzipped; - reads standard input",
    )
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
    .option("--exchange <id>", "fetch candles of a spot market: a ccxt id, such as binance")
    .option("--symbol <name>", "market of --exchange, such as BTC/USDT")
    .option("--since <date>", "first bar of --exchange")
    .option("--until <date>", "bars of --exchange from then on are left out (default: now)")
    .option("--resume <import>", "go on with an import from an exchange that ended early")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Columns are found by name, whatever their case: time or date, open, high, low, close, volume.
Times may be ISO dates, instants, or epoch seconds or milliseconds. The same candles twice are one
dataset.

Examples:
  sweepline import prices.csv --name btc --instrument BTC/USDT
  sweepline import candles.parquet --name eth
  sweepline import --exchange binance --symbol BTC/USDT --timeframe 1h --since 2020-01-01
  sweepline import --sample sp500
  sweepline import --synthetic --name synthetic-1h --bars 43800 --timeframe 1h --seed 7
${EXIT_CODES_HELP}`,
    )
    .action(importDataset);
}

async function importDataset(file: string | undefined, options: ImportOptions): Promise<void> {
  const { sample, synthetic, exchange, resume } = options;
  const sources = [file, sample, synthetic, exchange, resume];
  const given = sources.filter((source) => source !== undefined);
  if (given.length !== 1) {
    const bound = "one of: a file, --exchange, --resume, --sample, --synthetic";
    const message = given.length === 0 ? "nothing to import" : "more than one thing to import";
    throw new UserError("VALIDATION", { path: "file", message, value: null, bound });
  }
  const { openDatasets, openImports } = await import("../../app.ts");
  const config = configOf(options, true);
  if (exchange !== undefined || resume !== undefined) {
    await using imports = await openImports(config);
    const record = await importFromExchange(imports, options);
    if (record === null) return;
    const { datasetHash, created, rejected } = record;
    const dataset = (await imports.store.datasetByHash(datasetHash!))!;
    print({ dataset, created: created!, rejected: rejected! }, options);
    return;
  }
  await using datasets = await openDatasets(config);
  print(await importFrom(datasets, file, options), options);
}

type Shown = Pick<ImportResult, "dataset" | "created"> & {
  readonly rejected: RejectedRows;
};

function print(result: Shown, options: ImportOptions): void {
  console.log(options.json ? JSON.stringify(jsonOf(result), null, 2) : textOf(result));
}

function importFrom(
  datasets: DatasetImports,
  file: string | undefined,
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
  if (file === undefined) return datasets.importCandles({ ...sp500Sample(), ...labels });
  return datasets.importCandles({
    name: fileName(file),
    ...labels,
    ...(file === "-" ? { name: name ?? "stdin", input: process.stdin } : { path: file }),
    onReject: options.skipRejected ? "skip" : "refuse",
  });
}

/** `prices.csv.gz` is called `prices`. */
function fileName(path: string): string {
  const name = basename(path, ".gz");
  return basename(name, extname(name));
}

function jsonOf({ dataset, created, rejected }: Shown): object {
  return { created, dataset, rejected };
}

function textOf({ dataset, created, rejected }: Shown): string {
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
