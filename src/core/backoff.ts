/** Wait before the second attempt; it doubles with each further one, up to `maxMs`. */
export interface Backoff {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * Milliseconds between the `attempt`th failed attempt, from 1, and the next:
 * min(maxMs, baseMs * 2^(attempt - 1)), of which `random` in [0, 1) takes up to a half away, so
 * that what failed together does not come back together.
 */
export function backoffMs({ baseMs, maxMs }: Backoff, attempt: number, random: number): number {
  return Math.min(maxMs, baseMs * 2 ** (attempt - 1)) * (1 - random / 2);
}
