import { highest, lowest } from "../series/window-extremes.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";
import { rma, SEEDING, seedingOf } from "./recursive-average.ts";
import { trueRange } from "./true-range.ts";

export const chandelierExit: Indicator = {
  id: "trend.chandelier_exit",
  title: "Chandelier exit",
  formula:
    "longStop = highest high - multiplier * atr, shortStop = lowest low + multiplier * atr, all " +
    "over window bars",
  source: "C. Le Beau; A. Elder, Come Into My Trading Room, 2002",
  params: [
    windowSpec("window", 22, "Bars of the extremes and of the average true range."),
    {
      name: "multiplier",
      kind: "number",
      min: 0.01,
      max: 100,
      default: 3,
      description: "Distance of the stops from the extremes, in average true ranges.",
    },
    SEEDING,
  ],
  outputs: ["longStop", "shortStop"],
  defaultRule: { rule: "price", output: "longStop" },
  warmup: (params) => new Array<number>(2).fill(numberOf(params, "window") - 1),
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const multiplier = numberOf(params, "multiplier");
    const atr = rma(trueRange(view.candles), window, seedingOf(params));
    const longStop = highest(view.candles.high, window);
    const shortStop = lowest(view.candles.low, window);
    for (let t = 0; t < atr.length; t++) {
      longStop[t] -= multiplier * atr[t];
      shortStop[t] += multiplier * atr[t];
    }
    return [longStop, shortStop];
  },
};
