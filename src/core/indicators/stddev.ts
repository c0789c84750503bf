import { standardDeviations } from "../series/standard-deviation.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";

export const stddev: Indicator = {
  id: "volatility.stddev",
  title: "Standard deviation",
  formula: "sqrt(sum((price - mean)^2) / window) over the last window prices",
  source: "TA-Lib STDDEV; TradingView ta.stdev",
  params: [windowSpec("window", 20, "Bars of the sample.", 2), SOURCE],
  outputs: ["stddev"],
  defaultRule: { rule: "deltaSign", output: "stddev" },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const sums = view.prefixSum(sourceOf(params));
    return [standardDeviations(sums, sums.means(window), window)];
  },
};
