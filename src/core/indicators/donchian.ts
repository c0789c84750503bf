import { highest, lowest } from "../series/window-extremes.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";

export const donchian: Indicator = {
  id: "trend.donchian",
  title: "Donchian channel",
  formula:
    "upper = highest high, lower = lowest low, middle = (upper + lower) / 2; with the current bar",
  source: "R. Donchian; TA-Lib MAX, MIN, MIDPRICE",
  params: [windowSpec("window", 20, "Bars of the extremes.")],
  outputs: ["middle", "upper", "lower"],
  defaultRule: { rule: "price", output: "middle" },
  warmup: (params) => new Array<number>(3).fill(numberOf(params, "window") - 1),
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const upper = highest(view.candles.high, window);
    const lower = lowest(view.candles.low, window);
    const middle = new Float64Array(view.bars);
    for (let t = 0; t < middle.length; t++) middle[t] = (upper[t] + lower[t]) / 2;
    return [middle, upper, lower];
  },
};
