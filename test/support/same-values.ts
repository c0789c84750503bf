import { expect } from "vitest";

/**
 * The same numbers to the bit, NaN for NaN. What differs is told as `toEqual` tells it, which takes
 * many times as long where nothing does.
 */
export function expectSameValues(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  let same = actual.length === expected.length;
  for (let i = 0; same && i < expected.length; i++) same = Object.is(actual[i], expected[i]);
  if (!same) expect(Array.from(actual)).toEqual(Array.from(expected));
}
