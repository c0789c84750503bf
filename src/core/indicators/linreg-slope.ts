import { regressionSlopes } from "../series/regression-slope.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";

export const linregSlope: Indicator = {
  id: "trend.linreg_slope",
  title: "Linear regression slope",
  formula: "slope of the least-squares line through the last window prices, in price per bar",
  source: "TA-Lib LINEARREG_SLOPE",
  params: [windowSpec("window", 14, "Bars that the line is fitted to.", 2), SOURCE],
  outputs: ["slope"],
  defaultRule: { rule: "sign", output: "slope" },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const sums = view.prefixSum(sourceOf(params));
    return [regressionSlopes(sums, sums.means(window), window)];
  },
};
