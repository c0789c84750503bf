import { standardDeviations } from "../series/standard-deviation.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";

export const variance: Indicator = {
  id: "volatility.variance",
  title: "Variance",
  formula: "sum((price - mean)^2) / window over the last window prices",
  source: "TA-Lib VAR; TradingView ta.variance",
  params: [windowSpec("window", 20, "Bars of the sample.", 2), SOURCE],
  outputs: ["variance"],
  defaultRule: { rule: "deltaSign", output: "variance" },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const sums = view.prefixSum(sourceOf(params));
    const out = standardDeviations(sums, sums.means(window), window);
    for (let t = 0; t < out.length; t++) out[t] *= out[t];
    return [out];
  },
};
