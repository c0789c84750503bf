import type { ParameterValues } from "../parameter.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { ema, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";

export const zlema: Indicator = {
  id: "ma.zlema",
  title: "Zero-lag exponential moving average",
  formula: "ema(2 * price - price[lag]), lag = floor((window - 1) / 2)",
  source: "J. Ehlers and R. Way, Zero Lag (Well, Almost), 2010",
  params: [
    windowSpec("window", 20, "Bars of the average; half of them are its lag."),
    SOURCE,
    SEEDING,
  ],
  outputs: ["value"],
  defaultRule: { rule: "price", output: "value" },
  warmup: (params) => [lagOf(params) + seedBars(numberOf(params, "window"), seedingOf(params))],
  compute: (view, params) => {
    const price = view.price(sourceOf(params));
    const lag = lagOf(params);
    const led = new Float64Array(price.length).fill(Number.NaN);
    for (let t = lag; t < led.length; t++) led[t] = price[t] + (price[t] - price[t - lag]);
    return [ema(led, numberOf(params, "window"), seedingOf(params))];
  },
};

function lagOf(params: ParameterValues): number {
  return Math.floor((numberOf(params, "window") - 1) / 2);
}
