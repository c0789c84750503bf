import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";

export const sma: Indicator = {
  id: "ma.sma",
  title: "Simple moving average",
  formula: "sum of the last window prices / window",
  source: "TA-Lib SMA; TradingView ta.sma",
  params: [windowSpec("window", 20, "Bars averaged."), SOURCE],
  outputs: ["value"],
  defaultRule: { rule: "price", output: "value" },
  warmup: (params) => [numberOf(params, "window") - 1],
  windowMean: (params) => ({ source: sourceOf(params), window: numberOf(params, "window") }),
  compute: (view, params) => [view.prefixSum(sourceOf(params)).means(numberOf(params, "window"))],
};
