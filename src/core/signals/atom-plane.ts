import type { BitPlane } from "../series/bit-plane.ts";
import type { Comparison } from "./atom.ts";

/** plane = left op right, a bit a bar; a comparison with NaN is false. */
export function comparePlane(
  left: Float64Array,
  op: Comparison,
  right: Float64Array | number,
  plane: BitPlane,
): void {
  if (typeof right === "number") compareToNumber(left, op, right, plane);
  else if (op === "<") above(right, left, plane);
  else if (op === "<=") atOrAbove(right, left, plane);
  else if (op === ">") above(left, right, plane);
  else atOrAbove(left, right, plane);
}

function above(a: Float64Array, b: Float64Array, plane: BitPlane): void {
  for (let w = 0, t = 0; t < a.length; w++) {
    const end = Math.min(t + 32, a.length);
    let word = 0;
    for (let bit = 0; t < end; t++, bit++) word |= (a[t] > b[t] ? 1 : 0) << bit;
    plane[w] = word;
  }
}

function atOrAbove(a: Float64Array, b: Float64Array, plane: BitPlane): void {
  for (let w = 0, t = 0; t < a.length; w++) {
    const end = Math.min(t + 32, a.length);
    let word = 0;
    for (let bit = 0; t < end; t++, bit++) word |= (a[t] >= b[t] ? 1 : 0) << bit;
    plane[w] = word;
  }
}

function compareToNumber(a: Float64Array, op: Comparison, level: number, plane: BitPlane): void {
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
}
