import { bbands } from "./bbands.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, sourceOf } from "./parameters.ts";

export const bbandsPercentB: Indicator = {
  id: "volatility.bbands_percent_b",
  title: "Bollinger %b",
  formula:
    "(price - lower) / (upper - lower) of the Bollinger bands: 0 on the lower, 1 on the upper",
  source: "J. Bollinger, Bollinger on Bollinger Bands, 2001",
  params: bbands.params,
  outputs: ["percentB"],
  defaultRule: { rule: "band", output: "percentB", params: { long: 0, short: 1 } },
  undefinedWhere: { percentB: "equal prices in the window: the bands are one line" },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: (view, params) => {
    const price = view.price(sourceOf(params));
    const [, upper, lower] = bbands.compute(view, params);
    for (let t = 0; t < upper.length; t++) {
      const width = upper[t] - lower[t];
      upper[t] = width === 0 ? Number.NaN : (price[t] - lower[t]) / width;
    }
    return [upper];
  },
};
