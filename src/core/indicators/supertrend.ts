import type { Candles } from "../series/candles.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";
import { rma, SEEDING, type Seeding, seedBars, seedingOf } from "./recursive-average.ts";
import { trueRange } from "./true-range.ts";

const UP = 1;
const DOWN = -1;

/**
 * The first trend is down with seeding sma, as TradingView has it; with seeding first it is up if
 * the close is not below the middle of its bar. The direction is 1 in a rising trend and -1 in a
 * falling one; TradingView's has the opposite sign.
 */
export const supertrend: Indicator = {
  id: "trend.supertrend",
  title: "Supertrend",
  formula:
    "lower, upper = hl2 -+ multiplier * atr(window), each only tightened while the last close is " +
    "inside; supertrend = lower in a rising trend, else upper; a close beyond it turns the trend",
  source: "O. Seban; TradingView ta.supertrend",
  params: [
    windowSpec("window", 10, "Bars of the average true range."),
    {
      name: "multiplier",
      kind: "number",
      min: 0.01,
      max: 100,
      default: 3,
      description: "Distance of the bands from the middle of the bar, in average true ranges.",
    },
    SEEDING,
  ],
  outputs: ["supertrend", "direction"],
  defaultRule: { rule: "price", output: "supertrend" },
  warmup: (params) =>
    new Array<number>(2).fill(seedBars(numberOf(params, "window"), seedingOf(params))),
  compute: ({ candles }, params) => {
    const seeding = seedingOf(params);
    const distance = rma(trueRange(candles), numberOf(params, "window"), seeding);
    const multiplier = numberOf(params, "multiplier");
    for (let t = 0; t < distance.length; t++) distance[t] *= multiplier;
    return followTrend(candles, distance, seeding);
  },
};

function followTrend(
  { high, low, close }: Candles,
  distance: Float64Array,
  seeding: Seeding,
): Float64Array[] {
  const lines = new Float64Array(close.length).fill(Number.NaN);
  const directions = new Float64Array(close.length).fill(Number.NaN);
  let started = false;
  let direction = UP;
  let lower = 0;
  let upper = 0;
  for (let t = 0; t < close.length; t++) {
    if (Number.isNaN(distance[t])) {
      started = false;
      continue;
    }
    const middle = (high[t] + low[t]) / 2;
    const below = middle - distance[t];
    const above = middle + distance[t];
    if (!started) {
      direction = seeding === "first" && close[t] >= middle ? UP : DOWN;
      lower = below;
      upper = above;
      started = true;
    } else {
      if (below > lower || close[t - 1] < lower) lower = below;
      if (above < upper || close[t - 1] > upper) upper = above;
      if (direction === UP ? close[t] < lower : close[t] > upper) direction = -direction;
    }
    lines[t] = direction === UP ? lower : upper;
    directions[t] = direction;
  }
  return [lines, directions];
}
