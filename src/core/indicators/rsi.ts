import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { rma, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";

/** The first change is that of the second bar, so all starts one bar later than an average. */
export const rsi: Indicator = {
  id: "momentum.rsi",
  title: "Relative strength index",
  formula: "100 * up / (up + down), Wilder averages of rises and falls; 100 without falls",
  source: "J. W. Wilder, New Concepts in Technical Trading Systems, 1978; TradingView ta.rsi",
  params: [windowSpec("window", 14, "Bars of the Wilder averages."), SOURCE, SEEDING],
  outputs: ["rsi"],
  defaultRule: { rule: "band", output: "rsi" },
  warmup: (params) => [1 + seedBars(numberOf(params, "window"), seedingOf(params))],
  compute: (view, params) => {
    const price = view.price(sourceOf(params));
    const rises = new Float64Array(price.length).fill(Number.NaN);
    const falls = new Float64Array(price.length).fill(Number.NaN);
    for (let t = 1; t < price.length; t++) {
      const change = price[t] - price[t - 1];
      rises[t] = Math.max(change, 0);
      falls[t] = Math.max(-change, 0);
    }
    const up = rma(rises, numberOf(params, "window"), seedingOf(params));
    const down = rma(falls, numberOf(params, "window"), seedingOf(params));
    for (let t = 0; t < up.length; t++) {
      up[t] = down[t] === 0 ? 100 : (100 * up[t]) / (up[t] + down[t]);
    }
    return [up];
  },
};
