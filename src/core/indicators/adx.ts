import type { Candles } from "../series/candles.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";
import { rma, SEEDING, seedBars, seedingOf, wilderSum } from "./recursive-average.ts";
import { trueRangeFromClose } from "./true-range.ts";

/**
 * The first moves are those of the second bar. Where there is no true range, both directional
 * indicators are 0, and so is the index of two that are 0.
 */
export const adx: Indicator = {
  id: "trend.adx",
  title: "Average directional index",
  formula:
    "rma(100 * |plusDi - minusDi| / (plusDi + minusDi), smoothing); plusDi, minusDi = 100 * " +
    "Wilder sum of the upward, downward moves / that of the true range, over window bars",
  source: "J. W. Wilder, New Concepts in Technical Trading Systems, 1978; TradingView ta.dmi",
  params: [
    windowSpec("window", 14, "Bars of the sums of moves and true range."),
    windowSpec("smoothing", 14, "Bars of the average of the directional movement index."),
    SEEDING,
  ],
  outputs: ["adx", "plusDi", "minusDi"],
  outputParams: { plusDi: ["window", "seeding"], minusDi: ["window", "seeding"] },
  defaultRule: { rule: "deltaSign", output: "adx" },
  warmup: (params) => {
    const seeding = seedingOf(params);
    const directional = 1 + seedBars(numberOf(params, "window"), seeding);
    const index = directional + seedBars(numberOf(params, "smoothing"), seeding);
    return [index, directional, directional];
  },
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const seeding = seedingOf(params);
    const range = wilderSum(trueRangeFromClose(view.candles), window, seeding);
    const [up, down] = directionalMoves(view.candles);
    const plusDi = percentOf(wilderSum(up, window, seeding), range);
    const minusDi = percentOf(wilderSum(down, window, seeding), range);
    const index = new Float64Array(range.length);
    for (let t = 0; t < index.length; t++) {
      const sum = plusDi[t] + minusDi[t];
      index[t] = sum === 0 ? 0 : (100 * Math.abs(plusDi[t] - minusDi[t])) / sum;
    }
    return [rma(index, numberOf(params, "smoothing"), seeding), plusDi, minusDi];
  },
};

/** How far each high rises above the last one and each low falls below it; the larger counts. */
function directionalMoves({ high, low }: Candles): [up: Float64Array, down: Float64Array] {
  const up = new Float64Array(high.length).fill(Number.NaN);
  const down = new Float64Array(high.length).fill(Number.NaN);
  for (let t = 1; t < high.length; t++) {
    const rise = high[t] - high[t - 1];
    const fall = low[t - 1] - low[t];
    if (Number.isNaN(rise) || Number.isNaN(fall)) continue;
    up[t] = rise > fall && rise > 0 ? rise : 0;
    down[t] = fall > rise && fall > 0 ? fall : 0;
  }
  return [up, down];
}

function percentOf(part: Float64Array, whole: Float64Array): Float64Array {
  for (let t = 0; t < part.length; t++) part[t] = whole[t] === 0 ? 0 : (100 * part[t]) / whole[t];
  return part;
}
