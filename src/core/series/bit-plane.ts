/**
 * A bit plane: one truth a bar, bar t at bit t % 32 of word t / 32 (little-endian, so 64-bit
 * readers see the same order). Bits past the last bar are 0.
 */
export type BitPlane = Int32Array;

/** Words of 32 bars, an even number: 64-bit readers take two at a time. */
export function planeWords(bars: number): number {
  return ((bars + 63) >>> 6) << 1;
}

export function createPlane(bars: number): BitPlane {
  return new Int32Array(planeWords(bars));
}

export function planeBit(plane: BitPlane, bar: number): boolean {
  return ((plane[bar >>> 5] >>> (bar & 31)) & 1) === 1;
}

/** out = a AND b; `out` may be `a` or `b`. */
export function andPlanes(a: BitPlane, b: BitPlane, out: BitPlane): void {
  for (let w = 0; w < out.length; w++) out[w] = a[w] & b[w];
}

/** plane = plane AND NOT other. */
export function clearPlane(plane: BitPlane, other: BitPlane): void {
  for (let w = 0; w < plane.length; w++) plane[w] &= ~other[w];
}
