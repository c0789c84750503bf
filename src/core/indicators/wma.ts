import { weightedMeans } from "../series/weighted-mean.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";

export const wma: Indicator = {
  id: "ma.wma",
  title: "Weighted moving average",
  formula: "sum(i * price[i]) / (window * (window + 1) / 2), i from 1 (oldest) to window (newest)",
  source: "TA-Lib WMA; TradingView ta.wma",
  params: [windowSpec("window", 20, "Bars averaged, the newest weighs most."), SOURCE],
  outputs: ["value"],
  defaultRule: { rule: "price", output: "value" },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: (view, params) => [
    weightedMeans(view.prefixSum(sourceOf(params)), numberOf(params, "window")),
  ],
};
