/** How often what failed is begun again, and how long that waits. */
export interface RetryPolicy {
  /** Further attempts after a fault of operation: a thread or process died, a disk was full. */
  readonly faults: number;
  /** Further attempts after a user's mistake, which no attempt can mend. */
  readonly userErrors: number;
  /** Wait before the second attempt; it doubles with each further one, up to `maxMs`. */
  readonly baseMs: number;
  readonly maxMs: number;
}

export const DEFAULT_RETRIES: RetryPolicy = {
  faults: 4,
  userErrors: 0,
  baseMs: 1_000,
  maxMs: 60_000,
};

/**
 * Milliseconds between the `attempt`th failed attempt, from 1, and the next:
 * min(maxMs, baseMs * 2^(attempt - 1)), of which `random` in [0, 1) takes up to a half away, so
 * that what failed together does not come back together.
 */
export function backoffMs(
  { baseMs, maxMs }: Pick<RetryPolicy, "baseMs" | "maxMs">,
  attempt: number,
  random: number,
): number {
  return Math.min(maxMs, baseMs * 2 ** (attempt - 1)) * (1 - random / 2);
}
