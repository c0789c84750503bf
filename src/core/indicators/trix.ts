import type { ParameterValues } from "../parameter.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { rateOfChange } from "./rate-of-change.ts";
import { ema, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";

export const trix: Indicator = {
  id: "momentum.trix",
  title: "Rate of change of a triple exponential average",
  formula: "trix = roc(ema(ema(ema(price))), 1); signal = ema(trix); histogram = trix - signal",
  source: "J. Hutson, Stocks & Commodities, 1983; TA-Lib TRIX",
  params: [
    windowSpec("window", 15, "Bars of each of the three averages."),
    windowSpec("signalWindow", 9, "Bars of the average of the TRIX line."),
    SOURCE,
    SEEDING,
  ],
  outputs: ["trix", "signal", "histogram"],
  outputParams: { trix: ["window", "source", "seeding"] },
  defaultRule: { rule: "sign", output: "histogram" },
  warmup: (params) => {
    const line = 3 * seedOf(params, "window") + 1;
    const signal = line + seedOf(params, "signalWindow");
    return [line, signal, signal];
  },
  compute: (view, params) => {
    const seeding = seedingOf(params);
    let average = view.price(sourceOf(params));
    for (let i = 0; i < 3; i++) average = ema(average, numberOf(params, "window"), seeding);
    const line = rateOfChange(average, 1);
    const signal = ema(line, numberOf(params, "signalWindow"), seeding);
    const histogram = new Float64Array(line.length);
    for (let t = 0; t < line.length; t++) histogram[t] = line[t] - signal[t];
    return [line, signal, histogram];
  },
};

function seedOf(params: ParameterValues, window: string): number {
  return seedBars(numberOf(params, window), seedingOf(params));
}
