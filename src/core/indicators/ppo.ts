import type { ParameterValues } from "../parameter.ts";
import { quotient } from "../series/quotient.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { ema, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";

/** MACD in percent of the slow average, so that instruments compare; all start by themselves. */
export const ppo: Indicator = {
  id: "momentum.ppo",
  title: "Percentage price oscillator",
  formula:
    "ppo = 100 * (ema(fast) - ema(slow)) / ema(slow); signal = ema(ppo); histogram = ppo - signal",
  source: "G. Appel; TA-Lib PPO with exponential averages",
  params: [
    windowSpec("fastWindow", 12, "Bars of the fast average."),
    windowSpec("slowWindow", 26, "Bars of the slow average."),
    windowSpec("signalWindow", 9, "Bars of the average of the PPO line."),
    SOURCE,
    SEEDING,
  ],
  outputs: ["ppo", "signal", "histogram"],
  outputParams: { ppo: ["fastWindow", "slowWindow", "source", "seeding"] },
  undefinedWhere: {
    ppo: "a slow average of 0",
    signal: "ppo is undefined",
    histogram: "ppo is undefined",
  },
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
    for (let t = 0; t < line.length; t++) line[t] = quotient(100 * (line[t] - slow[t]), slow[t]);
    const signal = ema(line, numberOf(params, "signalWindow"), seeding);
    const histogram = new Float64Array(line.length);
    for (let t = 0; t < line.length; t++) histogram[t] = line[t] - signal[t];
    return [line, signal, histogram];
  },
};

function seedOf(params: ParameterValues, window: string): number {
  return seedBars(numberOf(params, window), seedingOf(params));
}
