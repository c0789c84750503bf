import { backoffMs } from "../core/backoff.ts";
import { isOutage } from "../store/outage.ts";
import { type Clock, sleep } from "./clock.ts";

export interface Patience {
  readonly clock: Clock;
  /** In [0, 1): jitter. */
  readonly random: () => number;
  /** Fires when there is no more time to wait. */
  readonly signal: AbortSignal;
  /** Hears of every attempt that failed. */
  readonly onOutage: (error: unknown) => void;
}

const WAITS = { baseMs: 200, maxMs: 10_000 };

/**
 * Does work that a repeat does not change, again and again while the database is away. Any other
 * fault is thrown, and so is the outage once the signal fires.
 */
export async function throughOutages<T>(work: () => Promise<T>, patience: Patience): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isOutage(error) || patience.signal.aborted) throw error;
      patience.onOutage(error);
    }
    await sleep(patience.clock, backoffMs(WAITS, attempt, patience.random()), patience.signal);
  }
}
