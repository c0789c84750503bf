import type { Indicator } from "./indicator.ts";
import { numberOf, sourceOf, sourceSpec, windowSpec } from "./parameters.ts";

export const awesome: Indicator = {
  id: "momentum.awesome",
  title: "Awesome oscillator",
  formula: "sma(price, fast) - sma(price, slow)",
  source: "B. Williams, New Trading Dimensions, 1998; TradingView Awesome Oscillator",
  params: [
    windowSpec("fastWindow", 5, "Bars of the fast average."),
    windowSpec("slowWindow", 34, "Bars of the slow average."),
    sourceSpec("hl2"),
  ],
  outputs: ["awesome"],
  defaultRule: { rule: "sign", output: "awesome" },
  warmup: (params) => [
    Math.max(numberOf(params, "fastWindow"), numberOf(params, "slowWindow")) - 1,
  ],
  compute: (view, params) => {
    const sums = view.prefixSum(sourceOf(params));
    const slow = sums.means(numberOf(params, "slowWindow"));
    const line = sums.means(numberOf(params, "fastWindow"));
    for (let t = 0; t < line.length; t++) line[t] -= slow[t];
    return [line];
  },
};
