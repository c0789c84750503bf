import type { Backoff } from "../core/backoff.ts";

/** How often what failed is begun again, and how long that waits. */
export interface RetryPolicy extends Backoff {
  /** Further attempts after a fault of operation: a thread or process died, a disk was full. */
  readonly faults: number;
  /** Further attempts after a user's mistake, which no attempt can mend. */
  readonly userErrors: number;
}

export const DEFAULT_RETRIES: RetryPolicy = {
  faults: 4,
  userErrors: 0,
  baseMs: 1_000,
  maxMs: 60_000,
};
