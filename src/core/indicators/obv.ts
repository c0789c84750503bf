import { runningSum } from "./accumulation-distribution.ts";
import type { Indicator } from "./indicator.ts";
import { SOURCE, sourceOf } from "./parameters.ts";

/** The first change is that of the second bar, so the line starts there. */
export const obv: Indicator = {
  id: "volume.obv",
  title: "On-balance volume",
  formula: "running sum of volume, with the sign of the price's change",
  source: "J. Granville, New Key to Stock Market Profits, 1963; TradingView ta.obv",
  params: [SOURCE],
  outputs: ["obv"],
  defaultRule: { rule: "deltaSign", output: "obv" },
  warmup: () => [1],
  compute: (view, params) => {
    const price = view.price(sourceOf(params));
    const { volume } = view.candles;
    const signed = new Float64Array(price.length).fill(Number.NaN);
    for (let t = 1; t < price.length; t++) {
      signed[t] = Math.sign(price[t] - price[t - 1]) * volume[t];
    }
    return [runningSum(signed)];
  },
};
