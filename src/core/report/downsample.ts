/** A curve is drawn from its first and last value, and the extremes of at least one bucket. */
export const LEAST_POINTS = 4;
/** What a caller gets who names no number, and the most he may ask the service for. */
export const DEFAULT_CURVE_POINTS = 500;
export const MAX_CURVE_POINTS = 5_000;

/**
 * Positions of at most `points` values that draw the same picture as all of them: the first, the
 * last, and the smallest and largest of each of equal buckets between them. Ascending; all
 * positions where there are no more than `points`. Throws below LEAST_POINTS.
 */
export function downsample(values: Float64Array, points: number): Int32Array {
  if (!(points >= LEAST_POINTS)) throw new Error(`a curve of ${points} points`);
  const last = values.length - 1;
  if (values.length <= points) return Int32Array.from(values, (_, i) => i);
  const buckets = Math.floor((points - 2) / 2);
  const between = values.length - 2;
  const kept = [0];
  for (let b = 0; b < buckets; b++) {
    const from = 1 + Math.floor((b * between) / buckets);
    const to = 1 + Math.floor(((b + 1) * between) / buckets);
    kept.push(...extremes(values, from, to));
  }
  kept.push(last);
  return Int32Array.from(kept);
}

/** Positions of the smallest and the largest of `[from, to)` in order; one where they are equal. */
function extremes(values: Float64Array, from: number, to: number): number[] {
  let [low, high] = [from, from];
  for (let i = from + 1; i < to; i++) {
    if (values[i] < values[low]) low = i;
    if (values[i] > values[high]) high = i;
  }
  if (low === high) return [low];
  return low < high ? [low, high] : [high, low];
}
