import type { ParameterValues } from "../parameter.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { ema, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";

/**
 * Each average starts by itself, as TradingView does: the signal line from the first `signalWindow`
 * values of the MACD line. (TA-Lib delays the fast average to the start of the slow one.)
 */
export const macd: Indicator = {
  id: "momentum.macd",
  title: "Moving average convergence/divergence",
  formula: "macd = ema(fast) - ema(slow); signal = ema(macd); histogram = macd - signal",
  source: "G. Appel; TradingView ta.macd",
  params: [
    windowSpec("fastWindow", 12, "Bars of the fast average."),
    windowSpec("slowWindow", 26, "Bars of the slow average."),
    windowSpec("signalWindow", 9, "Bars of the average of the MACD line."),
    SOURCE,
    SEEDING,
  ],
  outputs: ["macd", "signal", "histogram"],
  outputParams: { macd: ["fastWindow", "slowWindow", "source", "seeding"] },
  // Every parameter changes the histogram.
  defaultRule: { rule: "sign", output: "histogram" },
  warmup: (params) => {
    const line = Math.max(seedOf(params, "fastWindow"), seedOf(params, "slowWindow"));
    const signal = line + seedOf(params, "signalWindow");
    return [line, signal, signal];
  },
  compute: (view, params) => {
    const price = view.price(sourceOf(params));
    const seeding = seedingOf(params);
    const slow = ema(price, numberOf(params, "slowWindow"), seeding);
    const line = ema(price, numberOf(params, "fastWindow"), seeding);
    for (let t = 0; t < line.length; t++) line[t] -= slow[t];
    const signal = ema(line, numberOf(params, "signalWindow"), seeding);
    const histogram = new Float64Array(line.length);
    for (let t = 0; t < line.length; t++) histogram[t] = line[t] - signal[t];
    return [line, signal, histogram];
  },
};

function seedOf(params: ParameterValues, window: string): number {
  return seedBars(numberOf(params, window), seedingOf(params));
}
