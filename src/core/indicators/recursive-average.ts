import type { ParameterSpec, ParameterValues } from "../parameter.ts";
import { DoubleDouble } from "../series/double-double.ts";

/**
 * How a recursive average starts, and starts again after a hole:
 * `sma` from the mean of the first `window` values, NaN before it (TA-Lib, TradingView);
 * `first` from the first value, never NaN.
 */
export const SEEDINGS = ["sma", "first"] as const;
export type Seeding = (typeof SEEDINGS)[number];

export const SEEDING: ParameterSpec = {
  name: "seeding",
  kind: "choice",
  choices: SEEDINGS,
  default: "sma",
  description: "Start: mean of the first window (sma) or the first value (first).",
};

export function seedingOf(params: ParameterValues): Seeding {
  return params.seeding as Seeding;
}

/** Leading NaN values of a recursive average over a series without any. */
export function seedBars(window: number, seeding: Seeding): number {
  return seeding === "sma" ? window - 1 : 0;
}

/** Exponential moving average of a series: weight 2 / (window + 1) on the newest value. */
export function ema(series: Float64Array, window: number, seeding: Seeding): Float64Array {
  return recursiveAverage(series, window, 2 / (window + 1), seeding);
}

/** Wilder's running average (SMMA) of a series: weight 1 / window on the newest value. */
export function rma(series: Float64Array, window: number, seeding: Seeding): Float64Array {
  return recursiveAverage(series, window, 1 / window, seeding);
}

/**
 * Wilder's running sum, from which he takes ratios: each bar takes away 1 / window of the sum and
 * adds the value. It starts from the sum of the first window (window times `rma`) or from the first
 * value alone.
 */
export function wilderSum(series: Float64Array, window: number, seeding: Seeding): Float64Array {
  const out = new Float64Array(series.length);
  const seedLength = seedBars(window, seeding) + 1;
  let present = 0;
  let sum = 0;
  for (let t = 0; t < series.length; t++) {
    const value = series[t];
    if (!Number.isFinite(value)) present = 0;
    else {
      if (present === 0) sum = 0;
      else if (present >= seedLength) sum -= sum / window;
      sum += value;
      present += 1;
    }
    out[t] = present >= seedLength ? sum : Number.NaN;
  }
  return out;
}

/** `average += weight * (value - average)`: a form that leaves a constant series as it is. */
function recursiveAverage(
  series: Float64Array,
  window: number,
  weight: number,
  seeding: Seeding,
): Float64Array {
  const out = new Float64Array(series.length);
  const seedLength = seedBars(window, seeding) + 1;
  const sum = new DoubleDouble();
  for (let t = 0; t < series.length; ) {
    let present = 0;
    for (sum.set(0, 0); present < seedLength && Number.isFinite(series[t]); present++, t++) {
      sum.add(series[t]);
      out[t] = Number.NaN;
    }
    if (present < seedLength) {
      // A hole, unless the series ends here.
      if (t < series.length) out[t++] = Number.NaN;
      continue;
    }
    out[t - 1] = sum.dividedBy(seedLength);
    t = average(series, t, weight, out);
  }
  return out;
}

/** Goes on from the average at the bar before `from` up to a hole, and says where that is. */
function average(series: Float64Array, from: number, weight: number, out: Float64Array): number {
  let value = out[from - 1];
  for (let t = from; t < series.length; t++) {
    const newest = series[t];
    if (newest - newest !== 0) return t;
    value += weight * (newest - value);
    out[t] = value;
  }
  return series.length;
}
