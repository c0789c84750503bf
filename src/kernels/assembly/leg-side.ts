/** Fields of one side's legs, 32 bits each; the loader writes them in this order. */
export const COUNTS: usize = 0;
export const CHANGES: usize = 4;
export const SOME: usize = 8;
export const GATE: usize = 12;
export const LEGS: usize = 16;
/** Entry prices, with room for two batches of eight more. */
export const ENTRIES: usize = 20;

// @ts-ignore: decorator
@inline
export function field(at: usize, offset: usize): usize {
  return <usize>load<u32>(at + offset);
}

/** Bars at which the gated count may change, and does unless it was 0 and is. */
// @ts-ignore: decorator
@inline
export function turns(g: u64, gBefore: u64, d: u64, z: u64, zBefore: u64): u64 {
  return (g & ((gBefore & d) | (~gBefore & z))) | (~g & gBefore & zBefore);
}

// @ts-ignore: decorator
@inline
export function multiplyFour(at: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(at, f64x2.mul(v128.load(at), a));
  v128.store(at, f64x2.mul(v128.load(at, 16), b), 16);
  v128.store(at, f64x2.mul(v128.load(at, 32), c), 32);
  v128.store(at, f64x2.mul(v128.load(at, 48), d), 48);
}

/** Factors of a pair of legs: 1 for one that does not exit. */
// @ts-ignore: decorator
@inline
export function exitFactors(base: v128, slope: v128, price: v128, entry: v128, exits: v128): v128 {
  const factors = f64x2.add(base, f64x2.mul(slope, f64x2.div(price, entry)));
  return v128.bitselect(factors, f64x2.splat(1), exits);
}

/** Gives each account of `[from, to)` the same. */
export function openAccounts(from: usize, to: usize, value: f64): void {
  const values = f64x2.splat(value);
  for (let at = from; at < to; at += 16) v128.store(at, values);
}

export function leastAccount(from: usize, to: usize): f64 {
  let least: f64 = Infinity;
  for (let at = from; at < to; at += 8) least = min<f64>(least, load<f64>(at));
  return least;
}

/** Both of a pair, or the second only. */
export const EDGES = memory.data<u64>([~0, ~0, 0, ~0], 16);
/** Eight of it, from `8 - n` on: the first n of eight. */
export const SLIDE = memory.data<u64>(
  [~0, ~0, ~0, ~0, ~0, ~0, ~0, ~0, 0, 0, 0, 0, 0, 0, 0, 0],
  16,
);

/** All ones for the legs below a number, from 0 to 8, a pair every 16 bytes. */
// @ts-ignore: decorator
@inline
export function below(legs: usize): usize {
  return SLIDE + 64 - (legs << 3);
}

/** Eight of it, from `8 - n` on: 1 for the first n of eight. */
export const ONES = memory.data<f64>([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0], 16);

/** 1 for the legs below a number, all zeros beyond, as above. */
// @ts-ignore: decorator
@inline
export function onesBelow(legs: usize): usize {
  return ONES + 64 - (legs << 3);
}
