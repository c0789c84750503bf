import { readFileSync } from "node:fs";
import { barCount, type Candles, sliceCandles } from "../../src/core/series/candles.ts";
import { syntheticCandles } from "../../src/market-data/synthetic.ts";
import { tableOf } from "./golden-candles.ts";
import { sp500Candles } from "./sp500-candles.ts";

const BARS = 400;
const COLUMNS = ["open", "high", "low", "close", "volume"] as const;

export const REFERENCE_DATASETS = ["synthetic", "sp500"] as const;
export type ReferenceDataset = (typeof REFERENCE_DATASETS)[number];

const ORIGINS: Readonly<Record<ReferenceDataset, () => Candles | Promise<Candles>>> = {
  // A coarse grid, so that equal prices, equal extremes and bars without range occur: there the
  // conventions of libraries differ first.
  synthetic: () =>
    syntheticCandles({ seed: 20, bars: BARS, regimeBars: 60, tickSize: 0.1, volatilityPct: 0.3 }),
  sp500: async () => sliceCandles(await sp500Candles(), 0, BARS),
};

/** The committed candles that the columns of other libraries were computed over. */
export function referenceCandles(dataset: ReferenceDataset): Candles {
  return tableOf(committedText(dataset)).candles;
}

export function committedText(dataset: ReferenceDataset): string {
  return readFileSync(new URL(`../golden/candles/${dataset}.csv`, import.meta.url), "utf8");
}

/** What the committed file must say: times in epoch seconds, numbers in their shortest form. */
export async function referenceText(dataset: ReferenceDataset): Promise<string> {
  const candles = await ORIGINS[dataset]();
  const rows = Array.from({ length: barCount(candles) }, (_, t) =>
    [candles.time[t] / 1000, ...COLUMNS.map((column) => candles[column][t])].join(","),
  );
  return `${[["time", ...COLUMNS].join(","), ...rows].join("\n")}\n`;
}
