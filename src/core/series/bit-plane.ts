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

/** out = a OR b; `out` may be `a` or `b`. */
export function orPlanes(a: BitPlane, b: BitPlane, out: BitPlane): void {
  for (let w = 0; w < out.length; w++) out[w] = a[w] | b[w];
}

/** out = NOT plane over its `bars`; `out` may be `plane`. */
export function notPlane(plane: BitPlane, bars: number, out: BitPlane): void {
  for (let w = 0; w < out.length; w++) out[w] = ~plane[w];
  clearBeyond(out, bars);
}

/**
 * A latch: from a bar of `set` on it holds until a bar of `reset`; `set` wins where both are.
 * Before the first bar it does not hold. `out` may be `set` or `reset`.
 */
export function latchPlane(set: BitPlane, reset: BitPlane, bars: number, out: BitPlane): void {
  let holds = 0;
  for (let w = 0; w < out.length; w++) {
    const [on, off] = [set[w], reset[w]];
    let word = 0;
    for (let bit = 0; bit < 32; bit++) {
      holds = ((on >>> bit) & 1) | (holds & ~(off >>> bit));
      word |= holds << bit;
    }
    out[w] = word;
  }
  clearBeyond(out, bars);
}

function clearBeyond(plane: BitPlane, bars: number): void {
  const last = bars >>> 5;
  for (let w = last; w < plane.length; w++) plane[w] &= w === last ? ~(-1 << (bars & 31)) : 0;
}
