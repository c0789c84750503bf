import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { SEEDING, seedBars, seedingOf } from "./recursive-average.ts";
import { relativeStrength } from "./relative-strength.ts";

/** The first change is that of the second bar, so all starts one bar later than an average. */
export const rsi: Indicator = {
  id: "momentum.rsi",
  title: "Relative strength index",
  formula: "100 * up / (up + down), Wilder averages of rises and falls; 100 without falls",
  source: "J. W. Wilder, New Concepts in Technical Trading Systems, 1978; TradingView ta.rsi",
  params: [windowSpec("window", 14, "Bars of the Wilder averages."), SOURCE, SEEDING],
  outputs: ["rsi"],
  defaultRule: { rule: "band", output: "rsi" },
  warmup: (params) => [1 + seedBars(numberOf(params, "window"), seedingOf(params))],
  strength: (params) => ({
    source: sourceOf(params),
    window: numberOf(params, "window"),
    seeding: seedingOf(params),
  }),
  compute: (view, params) => {
    const price = view.price(sourceOf(params));
    return [relativeStrength(price, numberOf(params, "window"), seedingOf(params))];
  },
};
