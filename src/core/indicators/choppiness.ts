import { PrefixSum } from "../series/prefix-sum.ts";
import { highest, lowest } from "../series/window-extremes.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";
import { trueRange } from "./true-range.ts";

export const choppiness: Indicator = {
  id: "volatility.choppiness",
  title: "Choppiness index",
  formula:
    "100 * log10(sum(true range) / (highest high - lowest low)) / log10(window), all over window " +
    "bars",
  source: "E. W. Dreiss; TradingView Choppiness Index",
  params: [windowSpec("window", 14, "Bars of the sum and the extremes.", 2)],
  outputs: ["choppiness"],
  defaultRule: { rule: "deltaSign", output: "choppiness" },
  undefinedWhere: { choppiness: "no range in the window" },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: ({ candles }, params) => {
    const window = numberOf(params, "window");
    const path = PrefixSum.of(trueRange(candles)).means(window);
    const top = highest(candles.high, window);
    const bottom = lowest(candles.low, window);
    const factor = 100 / Math.log10(window);
    for (let t = 0; t < path.length; t++) {
      const range = top[t] - bottom[t];
      path[t] = range > 0 ? factor * Math.log10((path[t] * window) / range) : Number.NaN;
    }
    return [path];
  },
};
