import { type BitPlane, createPlane } from "../series/bit-plane.ts";
import type { Comparison } from "./atom.ts";

/** Bars `[firstBar, lastBar)` of the candles. */
export interface BarRange {
  readonly firstBar: number;
  readonly lastBar: number;
}

/** Bit plane of `left op right` over a range; bit 0 is `firstBar`. A comparison with NaN is false. */
export function comparePlane(
  left: Float64Array,
  op: Comparison,
  right: Float64Array | number,
  range: BarRange,
): BitPlane {
  const a = left.subarray(range.firstBar, range.lastBar);
  if (typeof right === "number") return compareToNumber(a, op, right);
  const b = right.subarray(range.firstBar, range.lastBar);
  switch (op) {
    case "<":
      return above(b, a);
    case "<=":
      return atOrAbove(b, a);
    case ">":
      return above(a, b);
    case ">=":
      return atOrAbove(a, b);
  }
}

function above(a: Float64Array, b: Float64Array): BitPlane {
  const plane = createPlane(a.length);
  for (let w = 0, t = 0; t < a.length; w++) {
    const end = Math.min(t + 32, a.length);
    let word = 0;
    for (let bit = 0; t < end; t++, bit++) word |= (a[t] > b[t] ? 1 : 0) << bit;
    plane[w] = word;
  }
  return plane;
}

function atOrAbove(a: Float64Array, b: Float64Array): BitPlane {
  const plane = createPlane(a.length);
  for (let w = 0, t = 0; t < a.length; w++) {
    const end = Math.min(t + 32, a.length);
    let word = 0;
    for (let bit = 0; t < end; t++, bit++) word |= (a[t] >= b[t] ? 1 : 0) << bit;
    plane[w] = word;
  }
  return plane;
}

function compareToNumber(a: Float64Array, op: Comparison, level: number): BitPlane {
  const plane = createPlane(a.length);
  const upward = op === ">" || op === ">=";
  const orEqual = op === ">=" || op === "<=";
  for (let w = 0, t = 0; t < a.length; w++) {
    const end = Math.min(t + 32, a.length);
    let word = 0;
    for (let bit = 0; t < end; t++, bit++) {
      const x = a[t];
      const holds = (upward ? x > level : x < level) || (orEqual && x === level);
      word |= (holds ? 1 : 0) << bit;
    }
    plane[w] = word;
  }
  return plane;
}
