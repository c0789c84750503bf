import { quotient } from "../series/quotient.ts";
import { standardDeviations } from "../series/standard-deviation.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";

export const zscore: Indicator = {
  id: "structure.zscore",
  title: "Z-score",
  formula: "(price - sma(price)) / population sd",
  source: "Standard score of the window; the inverse of Bollinger bands",
  params: [windowSpec("window", 20, "Bars of mean and deviation."), SOURCE],
  outputs: ["zscore"],
  undefinedWhere: { zscore: "all prices of the window are equal" },
  defaultRule: { rule: "band", output: "zscore", params: { long: -2, short: 2 } },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const price = view.price(sourceOf(params));
    const sums = view.prefixSum(sourceOf(params));
    const means = sums.means(window);
    const deviations = standardDeviations(sums, means, window);
    return [means.map((mean, t) => quotient(price[t] - mean, deviations[t]))];
  },
};
