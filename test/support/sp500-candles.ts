import { readFileSync } from "node:fs";
import type { Candles } from "../../src/core/series/candles.ts";
import { csvSource } from "../../src/market-data/csv.ts";

/** 5,105 real daily bars of the S&P 500, from the vega-datasets package. */
export async function sp500Candles(): Promise<Candles> {
  const url = new URL("../data/sp500-2000.csv", import.meta.resolve("vega-datasets"));
  const { candles } = await csvSource.read({ input: readFileSync(url) });
  return candles;
}
