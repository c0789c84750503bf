import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";
import { rma, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";
import { trueRange } from "./true-range.ts";

export const atr: Indicator = {
  id: "volatility.atr",
  title: "Average true range",
  formula: "rma(true range, window); the first bar's true range is high - low",
  source: "J. W. Wilder, New Concepts in Technical Trading Systems, 1978; TradingView ta.atr",
  params: [windowSpec("window", 14, "Bars of the Wilder average."), SEEDING],
  outputs: ["atr"],
  defaultRule: { rule: "deltaSign", output: "atr" },
  warmup: (params) => [seedBars(numberOf(params, "window"), seedingOf(params))],
  compute: (view, params) => [
    rma(trueRange(view.candles), numberOf(params, "window"), seedingOf(params)),
  ],
};
