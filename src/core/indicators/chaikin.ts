import type { ParameterValues } from "../parameter.ts";
import { moneyFlowVolume, runningSum } from "./accumulation-distribution.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";
import { ema, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";

export const chaikin: Indicator = {
  id: "volume.chaikin",
  title: "Chaikin oscillator",
  formula: "ema(accumulation/distribution line, fast) - ema(accumulation/distribution line, slow)",
  source: "M. Chaikin; TradingView Chaikin Oscillator; TA-Lib ADOSC where seeding is first",
  params: [
    windowSpec("fastWindow", 3, "Bars of the fast average."),
    windowSpec("slowWindow", 10, "Bars of the slow average."),
    SEEDING,
  ],
  outputs: ["chaikin"],
  defaultRule: { rule: "sign", output: "chaikin" },
  warmup: (params) => [Math.max(seedOf(params, "fastWindow"), seedOf(params, "slowWindow"))],
  compute: ({ candles }, params) => {
    const line = runningSum(moneyFlowVolume(candles));
    const fast = ema(line, numberOf(params, "fastWindow"), seedingOf(params));
    const slow = ema(line, numberOf(params, "slowWindow"), seedingOf(params));
    return [fast.map((value, t) => value - slow[t])];
  },
};

function seedOf(params: ParameterValues, window: string): number {
  return seedBars(numberOf(params, window), seedingOf(params));
}
