import type { Indicator } from "./indicator.ts";
import { trueRange } from "./true-range.ts";

export const tr: Indicator = {
  id: "volatility.tr",
  title: "True range",
  formula:
    "max(high - low, |high - close[1]|, |low - close[1]|); high - low without a previous close",
  source: "J. W. Wilder, New Concepts in Technical Trading Systems, 1978; TradingView ta.tr(true)",
  params: [],
  outputs: ["tr"],
  defaultRule: { rule: "deltaSign", output: "tr" },
  warmup: () => [0],
  compute: (view) => [trueRange(view.candles)],
};
