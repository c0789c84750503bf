import { DoubleDouble } from "../series/double-double.ts";
import { rma, type Seeding, seedBars } from "./recursive-average.ts";

/** Changes below it can be doubled. */
const LARGEST = 2 ** 1022;

/**
 * Relative strength index of a series in percent, from Wilder averages of its rises and falls; 100
 * without falls. The first change is that of the second bar.
 */
export function relativeStrength(
  series: Float64Array,
  window: number,
  seeding: Seeding,
): Float64Array {
  return strengthOfWhole(series, window, seeding) ?? strengthOfParts(series, window, seeding);
}

function strengthOfParts(series: Float64Array, window: number, seeding: Seeding): Float64Array {
  const rises = new Float64Array(series.length).fill(Number.NaN);
  const falls = new Float64Array(series.length).fill(Number.NaN);
  for (let t = 1; t < series.length; t++) {
    const change = series[t] - series[t - 1];
    rises[t] = Math.max(change, 0);
    falls[t] = Math.max(-change, 0);
  }
  const up = rma(rises, window, seeding);
  const down = rma(falls, window, seeding);
  for (let t = 0; t < up.length; t++) up[t] = strength(up[t], down[t]);
  return up;
}

/** The same, both averages in one pass over a series without holes; null where it has one. */
function strengthOfWhole(
  series: Float64Array,
  window: number,
  seeding: Seeding,
): Float64Array | null {
  const seed = strengthSeed(series, window, seeding);
  if (seed === null) return null;
  const out = new Float64Array(series.length).fill(Number.NaN, 0, seed.bar);
  if (series.length <= seed.bar) return out;
  let { up, down } = seed;
  out[seed.bar] = strength(up, down);
  const weight = 1 / window;
  for (let t = seed.bar + 1; t < series.length; t++) {
    const change = series[t] - series[t - 1];
    const size = Math.abs(change);
    if (!(size < LARGEST)) return null;
    // Rise and fall without a branch: whether a price rises is not predictable.
    up += weight * ((size + change) * 0.5 - up);
    down += weight * ((size - change) * 0.5 - down);
    out[t] = strength(up, down);
  }
  return out;
}

/** The bar on which the averages of rises and falls begin, and what they are there. */
export interface StrengthSeed {
  readonly bar: number;
  readonly up: number;
  readonly down: number;
}

/** Null where the series has a hole up to that bar; undefined averages where it ends before. */
export function strengthSeed(
  series: Float64Array,
  window: number,
  seeding: Seeding,
): StrengthSeed | null {
  const bar = seedBars(window, seeding) + 1;
  if (series.length <= bar) return { bar, up: Number.NaN, down: Number.NaN };
  const ups = new DoubleDouble();
  const downs = new DoubleDouble();
  for (let t = 1; t <= bar; t++) {
    const change = series[t] - series[t - 1];
    if (!(Math.abs(change) < LARGEST)) return null;
    ups.add(Math.max(change, 0));
    downs.add(Math.max(-change, 0));
  }
  return { bar, up: ups.dividedBy(bar), down: downs.dividedBy(bar) };
}

function strength(up: number, down: number): number {
  return down === 0 ? 100 : (100 * up) / (up + down);
}
