import { fileURLToPath } from "node:url";

export interface Sample {
  readonly name: string;
  readonly instrument: string;
  readonly timeframe: "1d";
  readonly path: string;
}

/**
 * Real candles that come with an installed package, vega-datasets: S&P 500, daily, 2000 to 2020.
 */
export function sp500Sample(): Sample {
  const url = new URL("../data/sp500-2000.csv", import.meta.resolve("vega-datasets"));
  return { name: "sp500", instrument: "SPX", timeframe: "1d", path: fileURLToPath(url) };
}
