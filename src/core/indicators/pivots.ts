import { highest, lowest } from "../series/window-extremes.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";

const NO_EVENT = "no pivot is confirmed at this bar";

/** A pivot is known only once the bars to its right are there, so it stands at that later bar. */
export const pivots: Indicator = {
  id: "structure.pivots",
  title: "Pivot highs and lows",
  formula: "high[right] where it is above the left bars before it and the right bars after it",
  source: "TradingView ta.pivothigh and ta.pivotlow, without equal neighbours",
  params: [
    windowSpec("left", 5, "Bars before the pivot that it exceeds."),
    windowSpec("right", 5, "Bars after the pivot that it exceeds; its delay."),
  ],
  outputs: ["pivotHigh", "pivotLow"],
  undefinedWhere: { pivotHigh: NO_EVENT, pivotLow: NO_EVENT },
  defaultRule: { rule: "pivotEvents", output: "pivotLow", against: "pivotHigh" },
  warmup: (params) => {
    const bars = numberOf(params, "left") + numberOf(params, "right");
    return [bars, bars];
  },
  compute: ({ candles: { high, low } }, params) => {
    const left = numberOf(params, "left");
    const right = numberOf(params, "right");
    const highBefore = highest(high, left);
    const highAfter = highest(high, right);
    const lowBefore = lowest(low, left);
    const lowAfter = lowest(low, right);
    const pivotHigh = new Float64Array(high.length).fill(Number.NaN);
    const pivotLow = new Float64Array(low.length).fill(Number.NaN);
    for (let t = left + right; t < high.length; t++) {
      const pivot = t - right;
      const [top, bottom] = [high[pivot], low[pivot]];
      if (top > highBefore[pivot - 1] && top > highAfter[t]) pivotHigh[t] = top;
      if (bottom < lowBefore[pivot - 1] && bottom < lowAfter[t]) pivotLow[t] = bottom;
    }
    return [pivotHigh, pivotLow];
  },
};
