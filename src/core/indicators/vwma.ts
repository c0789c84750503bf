import { volumeWeightedMeans } from "../series/volume-weighted-mean.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";

export const vwma: Indicator = {
  id: "ma.vwma",
  title: "Volume-weighted moving average",
  formula: "sum(price * volume) / sum(volume) over the last window bars",
  source: "TradingView ta.vwma",
  params: [windowSpec("window", 20, "Bars averaged."), SOURCE],
  outputs: ["value"],
  defaultRule: { rule: "price", output: "value" },
  undefinedWhere: { value: "no volume in the window" },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: (view, params) => {
    const price = view.prefixSum(sourceOf(params));
    return [volumeWeightedMeans(price, view.prefixSum("volume"), numberOf(params, "window"))];
  },
};
