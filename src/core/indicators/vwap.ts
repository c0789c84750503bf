import { volumeWeightedMeans } from "../series/volume-weighted-mean.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, sourceOf, sourceSpec, windowSpec } from "./parameters.ts";

export const vwap: Indicator = {
  id: "volume.vwap",
  title: "Rolling volume-weighted average price",
  formula: "sum(price * volume) / sum(volume)",
  source: "TradingView Rolling VWAP, with a window in bars",
  params: [windowSpec("window", 20, "Bars summed."), sourceSpec("hlc3")],
  outputs: ["value"],
  undefinedWhere: { value: "no volume for a whole window" },
  defaultRule: { rule: "price", output: "value" },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: (view, params) => {
    const price = view.prefixSum(sourceOf(params));
    return [volumeWeightedMeans(price, view.prefixSum("volume"), numberOf(params, "window"))];
  },
};
