import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";
import { stochastic } from "./stochastic.ts";

export const stoch: Indicator = {
  id: "momentum.stoch",
  title: "Stochastic oscillator",
  formula: "k = sma(100 * (close - lowest low) / (highest high - lowest low)); d = sma(k)",
  source: "G. C. Lane; TA-Lib STOCH; TradingView ta.stoch where smoothing is 1",
  params: [
    windowSpec("kWindow", 14, "Bars of the highest high and the lowest low."),
    windowSpec("smoothing", 3, "Bars of the average that is %K."),
    windowSpec("dWindow", 3, "Bars of the average of %K that is %D."),
  ],
  outputs: ["k", "d"],
  outputParams: { k: ["kWindow", "smoothing"] },
  undefinedWhere: { k: "high and low were equal for a whole window", d: "k is undefined" },
  defaultRule: { rule: "band", output: "k", params: { long: 20, short: 80 } },
  warmup: (params) => {
    const k = numberOf(params, "kWindow") + numberOf(params, "smoothing") - 2;
    return [k, k + numberOf(params, "dWindow") - 1];
  },
  compute: ({ candles: { close, high, low } }, params) =>
    stochastic(
      { value: close, high, low },
      {
        kWindow: numberOf(params, "kWindow"),
        smoothing: numberOf(params, "smoothing"),
        dWindow: numberOf(params, "dWindow"),
      },
    ),
};
