/**
 * Twin of PrefixSum.means in core/series/prefix-sum.ts, for a block of bars: the difference of two sums of whole
 * ticks, which is exact, and one division.
 */

/**
 * Means of `window` values ending at each of `bars` bars (even). `sums` points at the sum of the values before the
 * block's first bar, and `before` values came before that bar.
 */
export function tickMeans(sums: usize, before: i32, window: i32, scale: f64, bars: i32, out: usize): void {
  const divisor = f64x2.splat(scale * <f64>window);
  const newest = sums + 8;
  const oldest = newest - (<usize>window << 3);
  const missing = min(max(window - 1 - before, 0), bars);
  for (let t = 0; t < missing; t++) store<f64>(out + (<usize>t << 3), NaN);
  let t = missing;
  if ((t & 1) != 0) {
    const at = <usize>t << 3;
    store<f64>(out + at, (load<f64>(newest + at) - load<f64>(oldest + at)) / (scale * <f64>window));
    t++;
  }
  const end = <usize>bars << 3;
  for (let at = <usize>t << 3; at < end; at += 16) {
    v128.store(out + at, f64x2.div(f64x2.sub(v128.load(newest + at), v128.load(oldest + at)), divisor));
  }
}
