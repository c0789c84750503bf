import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { SEEDING, seedBars, seedingOf } from "./recursive-average.ts";
import { relativeStrength } from "./relative-strength.ts";
import { stochastic } from "./stochastic.ts";

export const stochRsi: Indicator = {
  id: "momentum.stoch_rsi",
  title: "Stochastic RSI",
  formula: "k = sma(100 * (rsi - lowest rsi) / (highest rsi - lowest rsi)); d = sma(k)",
  source: "T. Chande and S. Kroll, The New Technical Trader, 1994; TradingView Stochastic RSI",
  params: [
    windowSpec("rsiWindow", 14, "Bars of the RSI's Wilder averages."),
    windowSpec("kWindow", 14, "Bars of the highest and the lowest RSI."),
    windowSpec("smoothing", 3, "Bars of the average that is %K."),
    windowSpec("dWindow", 3, "Bars of the average of %K that is %D."),
    SOURCE,
    SEEDING,
  ],
  outputs: ["k", "d"],
  outputParams: { k: ["rsiWindow", "kWindow", "smoothing", "source", "seeding"] },
  undefinedWhere: { k: "the RSI did not move for a whole window", d: "k is undefined" },
  defaultRule: { rule: "band", output: "k", params: { long: 20, short: 80 } },
  warmup: (params) => {
    const rsi = 1 + seedBars(numberOf(params, "rsiWindow"), seedingOf(params));
    const k = rsi + numberOf(params, "kWindow") + numberOf(params, "smoothing") - 2;
    return [k, k + numberOf(params, "dWindow") - 1];
  },
  compute: (view, params) => {
    const price = view.price(sourceOf(params));
    const rsi = relativeStrength(price, numberOf(params, "rsiWindow"), seedingOf(params));
    return stochastic(
      { value: rsi, high: rsi, low: rsi },
      {
        kWindow: numberOf(params, "kWindow"),
        smoothing: numberOf(params, "smoothing"),
        dWindow: numberOf(params, "dWindow"),
      },
    );
  },
};
