import { regressionSlopes } from "../series/regression-slope.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";

export const linreg: Indicator = {
  id: "trend.linreg",
  title: "Linear regression",
  formula:
    "value of the least-squares line through the last window prices, offset bars before its end",
  source: "TA-Lib LINEARREG (offset 0); TradingView ta.linreg",
  params: [
    windowSpec("window", 14, "Bars that the line is fitted to.", 2),
    {
      name: "offset",
      kind: "integer",
      min: 0,
      max: 10_000,
      default: 0,
      description: "Bars from the end of the line back to the point that is read.",
    },
    SOURCE,
  ],
  outputs: ["value"],
  defaultRule: { rule: "price", output: "value" },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const sums = view.prefixSum(sourceOf(params));
    const middle = sums.means(window);
    const slopes = regressionSlopes(sums, middle, window);
    // The line passes through the mean in the middle of the window.
    const steps = (window - 1) / 2 - numberOf(params, "offset");
    const out = new Float64Array(middle.length);
    for (let t = 0; t < out.length; t++) out[t] = middle[t] + steps * slopes[t];
    return [out];
  },
};
