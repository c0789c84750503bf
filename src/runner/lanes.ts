import type { FetchedJob, Wanted } from "../jobs/work-queue.ts";

/** Of one priority or above: the pool has the next chunk before a thread runs out of slices. */
const LANES = 2;

/** A run that a process follows, chunk by chunk. */
interface Lane {
  readonly runId: string;
  readonly priority: number;
  /** It asks for fewer threads than there are: another chunk of it would be given others. */
  readonly isLimited: boolean;
  readonly end: Promise<void>;
}

/**
 * What a process has in hand. There is always room for what is more urgent than all but one of it:
 * two lanes of each priority at most, the less urgent ones mostly waiting in the pool.
 */
export class Lanes {
  readonly #threads: number;
  readonly #lanes = new Set<Lane>();

  constructor(threads: number) {
    this.#threads = threads;
  }

  /** What there is room for. */
  wanted(): Wanted {
    const lanes = [...this.#lanes];
    const priorities = lanes.map(({ priority }) => priority).sort((a, b) => b - a);
    return {
      above: priorities[LANES - 1] ?? null,
      exceptRuns: lanes.filter(({ isLimited }) => isLimited).map(({ runId }) => runId),
    };
  }

  /** Chunks that may be begun of a run whose job was wanted. */
  roomFor({ priority, workers }: FetchedJob): number {
    if (this.#isLimited(workers)) return 1;
    const asUrgent = [...this.#lanes].filter((lane) => lane.priority >= priority).length;
    // One that was lifted is let in beside others of its priority.
    return Math.max(1, LANES - asUrgent);
  }

  #isLimited(workers: number | null): boolean {
    return workers !== null && workers < this.#threads;
  }

  /** Holds a lane until `work` is done; then there is room again. */
  take({ hint, priority, workers }: FetchedJob, work: Promise<void>, onRoom: () => void): void {
    const isLimited = this.#isLimited(workers);
    const end = work.finally(() => {
      this.#lanes.delete(lane);
      onRoom();
    });
    const lane: Lane = { runId: hint.runId, priority, isLimited, end };
    this.#lanes.add(lane);
  }

  /** Resolves when nothing is in hand any more. */
  async ended(): Promise<void> {
    await Promise.all([...this.#lanes].map(({ end }) => end));
  }
}
