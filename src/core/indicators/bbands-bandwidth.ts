import { standardDeviations } from "../series/standard-deviation.ts";
import { bbands } from "./bbands.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, sourceOf } from "./parameters.ts";

export const bbandsBandwidth: Indicator = {
  id: "volatility.bbands_bandwidth",
  title: "Bollinger bandwidth",
  formula: "(upper - lower) / basis of the Bollinger bands: 2 * multiplier * sd / mean",
  source: "J. Bollinger; TradingView ta.bbw, which gives percents",
  params: bbands.params,
  outputs: ["bandwidth"],
  defaultRule: { rule: "deltaSign", output: "bandwidth" },
  undefinedWhere: { bandwidth: "a mean of 0" },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const multiplier = numberOf(params, "multiplier");
    const sums = view.prefixSum(sourceOf(params));
    const means = sums.means(window);
    const out = standardDeviations(sums, means, window);
    for (let t = 0; t < out.length; t++) {
      out[t] = means[t] === 0 ? Number.NaN : (2 * multiplier * out[t]) / means[t];
    }
    return [out];
  },
};
