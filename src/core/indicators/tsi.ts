import type { ParameterValues } from "../parameter.ts";
import { quotient } from "../series/quotient.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { ema, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";

export const tsi: Indicator = {
  id: "momentum.tsi",
  title: "True strength index",
  formula: "tsi = 100 * ema(ema(change)) / ema(ema(|change|)); signal = ema(tsi)",
  source: "W. Blau, Momentum, Direction and Divergence, 1995; TradingView ta.tsi times 100",
  params: [
    windowSpec("longWindow", 25, "Bars of the first average."),
    windowSpec("shortWindow", 13, "Bars of the average of that average."),
    windowSpec("signalWindow", 13, "Bars of the average of the TSI line."),
    SOURCE,
    SEEDING,
  ],
  outputs: ["tsi", "signal"],
  outputParams: { tsi: ["longWindow", "shortWindow", "source", "seeding"] },
  undefinedWhere: { tsi: "the price never moved", signal: "tsi is undefined" },
  defaultRule: { rule: "sign", output: "tsi" },
  warmup: (params) => {
    const line = 1 + seedOf(params, "longWindow") + seedOf(params, "shortWindow");
    return [line, line + seedOf(params, "signalWindow")];
  },
  compute: (view, params) => {
    const price = view.price(sourceOf(params));
    const changes = new Float64Array(price.length).fill(Number.NaN);
    for (let t = 1; t < price.length; t++) changes[t] = price[t] - price[t - 1];
    const net = smoothedTwice(changes, params);
    const total = smoothedTwice(changes.map(Math.abs), params);
    const line = net.map((value, t) => 100 * quotient(value, total[t]));
    return [line, ema(line, numberOf(params, "signalWindow"), seedingOf(params))];
  },
};

function smoothedTwice(series: Float64Array, params: ParameterValues): Float64Array {
  const seeding = seedingOf(params);
  const once = ema(series, numberOf(params, "longWindow"), seeding);
  return ema(once, numberOf(params, "shortWindow"), seeding);
}

function seedOf(params: ParameterValues, window: string): number {
  return seedBars(numberOf(params, window), seedingOf(params));
}
