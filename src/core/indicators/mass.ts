import type { ParameterValues } from "../parameter.ts";
import { PrefixSum } from "../series/prefix-sum.ts";
import { quotient } from "../series/quotient.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";
import { ema, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";

/** It reads ranges and no volume; a rise above 27 and back is Dorsey's reversal bulge. */
export const mass: Indicator = {
  id: "volatility.mass",
  title: "Mass index",
  formula: "sum of ema(high - low) / ema(ema(high - low)) over the last window bars",
  source: "D. Dorsey, Stocks & Commodities, 1992; TradingView Mass Index",
  params: [
    windowSpec("window", 25, "Bars summed."),
    windowSpec("averageWindow", 9, "Bars of each of the two averages."),
    SEEDING,
  ],
  outputs: ["mass"],
  undefinedWhere: { mass: "high and low were always equal" },
  defaultRule: { rule: "deltaSign", output: "mass" },
  warmup: (params) => [2 * seedOf(params) + numberOf(params, "window") - 1],
  compute: ({ candles: { high, low } }, params) => {
    const window = numberOf(params, "window");
    const averageWindow = numberOf(params, "averageWindow");
    const once = ema(
      high.map((value, t) => value - low[t]),
      averageWindow,
      seedingOf(params),
    );
    const twice = ema(once, averageWindow, seedingOf(params));
    const ratios = once.map((value, t) => quotient(value, twice[t]));
    const means = PrefixSum.of(ratios).means(window);
    for (let t = 0; t < means.length; t++) means[t] *= window;
    return [means];
  },
};

function seedOf(params: ParameterValues): number {
  return seedBars(numberOf(params, "averageWindow"), seedingOf(params));
}
