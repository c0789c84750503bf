import { addTimes, noTimes, PHASES, type PhaseTimes } from "../core/stages/phase-clock.ts";
import type { RunSpent } from "../core/stages/run-profile.ts";

/** What a process does of a run itself. Of several at a time, the first of these counts. */
const OWN_PHASES = ["load", "merge", "persist"] as const;
/** What a process can be at for a run. */
export type ClockPhase = (typeof OWN_PHASES)[number] | "scoring";
/** Runs whose clocks are kept. */
const MAX_CLOCKS = 64;

/**
 * What this process spends on one run. While threads score, theirs is the time; what the process
 * does meanwhile costs the run nothing. Otherwise all threads wait for what it does.
 */
export class RunClock {
  readonly #worker: string;
  readonly #threads: number;
  readonly #underWay = { scoring: 0, load: 0, merge: 0, persist: 0 };
  #sinceMs = 0;
  #spent: PhaseTimes = noTimes();

  readonly #nowMs: () => number;

  constructor(worker: string, threads: number, nowMs: () => number) {
    this.#worker = worker;
    this.#threads = threads;
    this.#nowMs = nowMs;
  }

  async during<T>(what: ClockPhase, work: () => Promise<T>): Promise<T> {
    this.#change(what, 1);
    try {
      return await work();
    } finally {
      this.#change(what, -1);
    }
  }

  /** Milliseconds of threads that scored. */
  add(spent: PhaseTimes): void {
    this.#spent = addTimes(this.#spent, spent);
  }

  /** What was spent since the last time. */
  take(): RunSpent {
    this.#change("scoring", 0);
    const threadMs = this.#spent;
    this.#spent = noTimes();
    return { threadMs, threads: { [this.#worker]: this.#threads } };
  }

  #change(what: ClockPhase, by: number): void {
    const nowMs = this.#nowMs();
    const phase = OWN_PHASES.find((own) => this.#underWay[own] > 0);
    if (this.#underWay.scoring === 0 && phase !== undefined) {
      const waited = (nowMs - this.#sinceMs) * this.#threads;
      const times = PHASES.map((name) => [name, name === phase ? waited : 0]);
      this.#spent = addTimes(this.#spent, Object.fromEntries(times));
    }
    this.#underWay[what] += by;
    this.#sinceMs = nowMs;
  }
}

/** Clocks of the runs that this process has worked on lately. */
export class RunClocks {
  readonly #worker: string;
  readonly #threads: number;
  readonly #nowMs: () => number;
  readonly #clocks = new Map<string, RunClock>();

  constructor(worker: string, threads: number, nowMs: () => number) {
    this.#worker = worker;
    this.#threads = threads;
    this.#nowMs = nowMs;
  }

  of(runId: string): RunClock {
    const clock = this.#clocks.get(runId) ?? this.#newClock();
    this.#clocks.delete(runId);
    this.#clocks.set(runId, clock);
    for (const oldest of this.#clocks.keys()) {
      if (this.#clocks.size <= MAX_CLOCKS) break;
      this.#clocks.delete(oldest);
    }
    return clock;
  }

  #newClock(): RunClock {
    return new RunClock(this.#worker, this.#threads, this.#nowMs);
  }
}
