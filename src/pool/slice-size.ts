/**
 * Aimed duration of a slice: long enough to hide the atomics, short enough to obey a cancel at
 * once.
 */
export const SLICE_MS = 8;
/** Shortest time that is believed; a clock may show none at all. */
const MIN_MS = 0.001;
/** One lucky slice must not lead to a long one. */
const MAX_GROWTH = 4;

/** Slices that each thread is to get at least of what is left. */
const LEAST_SLICES = 2;

/**
 * A slice of `size` positions at most, and no more than leaves as much for the other threads: the
 * last slices of a chunk end close together.
 */
export function fairSliceSize(size: number, left: number, threads: number): number {
  if (threads === 1) return size;
  return Math.max(1, Math.min(size, Math.ceil(left / (LEAST_SLICES * threads))));
}

/**
 * Positions of the next slice, from what the last one of `size` took. It counts what was `scored`,
 * not what was skipped: behind a stretch that the constraint forbids the next slice may hold
 * nothing else than variants.
 */
export function nextSliceSize(size: number, scored: number, tookMs: number): number {
  const ideal = (Math.max(scored, 1) * SLICE_MS) / Math.max(tookMs, MIN_MS);
  return Math.max(1, Math.min(Math.floor(ideal), size * MAX_GROWTH));
}
