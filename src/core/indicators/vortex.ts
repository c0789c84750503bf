import type { CandleView } from "../series/candle-view.ts";
import { differences } from "../series/difference.ts";
import { PrefixSum } from "../series/prefix-sum.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";

/** Differences of decimal numbers, summed without rounding: equal sums give exactly 1. */
export const vortex: Indicator = {
  id: "trend.vortex",
  title: "Vortex indicator",
  formula:
    "viPlus, viMinus = sum(|high - low[1]|), sum(|low - high[1]|) / sum(true range), each over " +
    "window bars",
  source: "E. Botes and D. Siepman, Stocks & Commodities 28:1, 2010",
  params: [windowSpec("window", 14, "Bars of the sums.")],
  outputs: ["viPlus", "viMinus"],
  defaultRule: { rule: "centered", output: "viPlus", params: { center: 1 } },
  undefinedWhere: {
    viPlus: "no range in the window",
    viMinus: "no range in the window",
  },
  warmup: (params) => new Array<number>(2).fill(numberOf(params, "window")),
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const high = view.prefixSum("high");
    const low = view.prefixSum("low");
    const ranges = meanTrueRanges(view, window);
    return [differences(high, low, 1), differences(low, high, 1)].map((moves) => {
      const sums = PrefixSum.of(moves.map(Math.abs)).means(window);
      for (let t = 0; t < sums.length; t++) sums[t] /= ranges[t];
      return sums;
    });
  },
};

/** Mean true range of each window; NaN without any range. */
function meanTrueRanges(view: CandleView, window: number): Float64Array {
  const [high, low, close] = [
    view.prefixSum("high"),
    view.prefixSum("low"),
    view.prefixSum("close"),
  ];
  const ranges = differences(high, low);
  const highFromClose = differences(high, close, 1);
  const lowFromClose = differences(low, close, 1);
  for (let t = 0; t < ranges.length; t++) {
    ranges[t] = Math.max(ranges[t], Math.abs(highFromClose[t]), Math.abs(lowFromClose[t]));
  }
  const means = PrefixSum.of(ranges).means(window);
  for (let t = 0; t < means.length; t++) if (means[t] === 0) means[t] = Number.NaN;
  return means;
}
