import { addTimes, noTimes, PHASES, type Phase, type PhaseTimes } from "./phase-clock.ts";

/** What processes have spent on a run so far. */
export interface RunSpent {
  /** Milliseconds of threads: of those at work, and of those that a process lets wait. */
  readonly threadMs: PhaseTimes;
  /** Threads of each process that has worked on it, by its name. */
  readonly threads: Readonly<Record<string, number>>;
}

/** Where the wall time of a run went: the phases and `idle` add up to `wallMs`. */
export interface RunProfile {
  readonly wallMs: number;
  /** Threads of all processes that have worked on it. */
  readonly threads: number;
  /** Milliseconds of all threads divided by their number. */
  readonly phases: PhaseTimes;
  /** The rest: threads without work, queue and notifications, other runs, time paused. */
  readonly idleMs: number;
}

export function addSpent(a: RunSpent | null, b: RunSpent | null): RunSpent | null {
  if (a === null || b === null) return a ?? b;
  return {
    threadMs: addTimes(a.threadMs, b.threadMs),
    threads: { ...a.threads, ...b.threads },
  };
}

/** `wallMs` by another clock may be a little short; the profile's is never below its phases. */
export function runProfile(spent: RunSpent | null, wallMs: number): RunProfile {
  const { threadMs, threads: byProcess } = spent ?? { threadMs: noTimes(), threads: {} };
  const threads = Object.values(byProcess).reduce((sum, count) => sum + count, 0);
  const shares = PHASES.map((phase) => [phase, threadMs[phase] / Math.max(threads, 1)] as const);
  const busyMs = shares.reduce((sum, [, ms]) => sum + ms, 0);
  const wholeMs = Math.max(wallMs, busyMs);
  const phases = Object.fromEntries(shares) as Record<Phase, number>;
  return { wallMs: wholeMs, threads, phases, idleMs: wholeMs - busyMs };
}
