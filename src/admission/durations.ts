/** Durations that are looked at; of more, the latest. */
const MOST = 1_024;

/**
 * How long things took lately. What is still under way counts with its age, so that slowness shows
 * while it happens. The clock is passed in.
 */
export class Durations {
  readonly #now: () => number;
  readonly #windowMs: number;
  readonly #endedMs = new Float64Array(MOST);
  readonly #tookMs = new Float64Array(MOST);
  readonly #underWay = new Set<{ readonly sinceMs: number }>();
  #count = 0;

  constructor(windowMs: number, now: () => number = () => performance.now()) {
    this.#windowMs = windowMs;
    this.#now = now;
  }

  /** Begins one; call what it answers with when it has ended. */
  begin(): () => void {
    const one = { sinceMs: this.#now() };
    this.#underWay.add(one);
    return () => {
      if (!this.#underWay.delete(one)) return;
      const nowMs = this.#now();
      const at = this.#count++ % MOST;
      this.#endedMs[at] = nowMs;
      this.#tookMs[at] = nowMs - one.sinceMs;
    };
  }

  /** Those that the window has. */
  recent(): Float64Array {
    const nowMs = this.#now();
    const kept = Math.min(this.#count, MOST);
    const found: number[] = [];
    for (let i = 0; i < kept; i++) {
      if (nowMs - this.#endedMs[i] <= this.#windowMs) found.push(this.#tookMs[i]);
    }
    for (const { sinceMs } of this.#underWay) found.push(nowMs - sinceMs);
    return Float64Array.from(found).sort();
  }
}

/** The smallest value that `share` of the sorted ones do not exceed; null of none. */
export function quantile(sorted: Float64Array, share: number): number | null {
  if (sorted.length === 0) return null;
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
