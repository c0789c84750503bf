import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";

export const volumeSma: Indicator = {
  id: "volume.volume_sma",
  title: "Simple moving average of volume",
  formula: "sum of the last window volumes / window",
  source: "TA-Lib SMA; TradingView ta.sma(volume)",
  params: [windowSpec("window", 20, "Bars averaged.")],
  outputs: ["value"],
  defaultRule: { rule: "volume", output: "value" },
  warmup: (params) => [numberOf(params, "window") - 1],
  windowMean: (params) => ({ source: "volume", window: numberOf(params, "window") }),
  compute: (view, params) => [view.prefixSum("volume").means(numberOf(params, "window"))],
};
