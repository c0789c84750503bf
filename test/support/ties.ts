import type { CandleView } from "../../src/core/series/candle-view.ts";
import type { Atom } from "../../src/core/signals/atom.ts";
import { resolveSeries } from "../../src/core/signals/resolve-series.ts";

/** Two sides this close, relative to the larger, are one decimal number with two roundings. */
export const TIE = 1e-14;

/** Bars where the two sides of an atom, or of one that rules it out, are equal but for rounding. */
export function tiedBars(view: CandleView, atom: Atom, tie = TIE): number[] {
  const left = resolveSeries(view, atom.left);
  const right = typeof atom.right === "number" ? atom.right : resolveSeries(view, atom.right);
  const own = [...left.keys()].filter((t) => {
    const y = typeof right === "number" ? right : right[t];
    return Math.abs(left[t] - y) <= tie * Math.max(Math.abs(left[t]), Math.abs(y));
  });
  return atom.unless === undefined ? own : [...own, ...tiedBars(view, atom.unless, tie)];
}
