import type { ParameterSpec, ParameterValues } from "../parameter.ts";
import { PrefixSum } from "../series/prefix-sum.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { rateOfChange } from "./rate-of-change.ts";

/** Rates of change with the bars of their averages; a rate's weight is its position, from 1. */
const RATES = [
  { roc: 10, sma: 10 },
  { roc: 15, sma: 10 },
  { roc: 20, sma: 10 },
  { roc: 30, sma: 15 },
] as const;
const POSITIONS = [1, 2, 3, 4] as const;

function windows(kind: "roc" | "sma", description: string): ParameterSpec[] {
  return RATES.map((rate, i) => windowSpec(`${kind}Window${i + 1}`, rate[kind], description));
}

const LINE_PARAMS: readonly ParameterSpec[] = [
  ...windows("roc", "Bars of this rate of change."),
  ...windows("sma", "Bars of the average of this rate of change."),
  SOURCE,
];

export const kst: Indicator = {
  id: "momentum.kst",
  title: "Know sure thing",
  formula: "kst = sum of i * sma(roc(price, roc i), sma i), i from 1 to 4; signal = sma(kst)",
  source: "M. Pring, Stocks & Commodities, 1992; TradingView Know Sure Thing",
  params: [...LINE_PARAMS, windowSpec("signalWindow", 9, "Bars of the average of the KST line.")],
  outputs: ["kst", "signal"],
  outputParams: { kst: LINE_PARAMS.map((spec) => spec.name) },
  undefinedWhere: { kst: "an earlier price is 0", signal: "kst is undefined" },
  defaultRule: { rule: "cross", output: "kst", against: "signal" },
  warmup: (params) => {
    const starts = POSITIONS.map((i) => {
      return numberOf(params, `rocWindow${i}`) + numberOf(params, `smaWindow${i}`) - 1;
    });
    const line = Math.max(...starts);
    return [line, line + numberOf(params, "signalWindow") - 1];
  },
  compute: (view, params) => {
    const price = view.price(sourceOf(params));
    const line = new Float64Array(price.length);
    for (const weight of POSITIONS) {
      const smooth = smoothedRate(price, params, weight);
      for (let t = 0; t < line.length; t++) line[t] += weight * smooth[t];
    }
    return [line, PrefixSum.of(line).means(numberOf(params, "signalWindow"))];
  },
};

function smoothedRate(price: Float64Array, params: ParameterValues, i: number): Float64Array {
  const rates = rateOfChange(price, numberOf(params, `rocWindow${i}`));
  return PrefixSum.of(rates).means(numberOf(params, `smaWindow${i}`));
}
