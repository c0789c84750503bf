/** What the time of a run goes to, in the order in which it is told. */
export const PHASES = [
  /** Candles to this process, and what a thread prepares for a sweep. */
  "load",
  /** Rows of indicators. */
  "indicators",
  /** Comparisons to planes, and planes to signals. */
  "atoms",
  /** Signals to trades, and the account where nothing else is asked for. */
  "events",
  /** First hits of stops and targets, and the account of their cells. */
  "stops",
  /** Ranking metrics of trades. */
  "metrics",
  /** Rows to the best ones, and those of threads and chunks to one list. */
  "merge",
  /** Checkpoints and results to the store. */
  "persist",
] as const;
export type Phase = (typeof PHASES)[number];

/** Milliseconds by phase. */
export type PhaseTimes = Readonly<Record<Phase, number>>;

/** Of so many variants that are scored one by one, one is looked at phase by phase. */
const VARIANTS_A_LOOK = 32;
const NONE = -1;
/** Exact phases, then those of a variant that is looked at, then variants that are not. */
const LOOKED = PHASES.length;
const MIXED = 2 * PHASES.length;

/** Where a clock was when it was suspended. */
export interface SuspendedClock {
  readonly state: number;
  readonly spentMs: Float64Array;
}

/**
 * Where the time of one thread goes. It is in one phase at a time, and a change of phase costs a
 * look at the clock; variants scored one by one are too short for that, so their time is shared out
 * as a sample of them spends it. The clock is passed in: milliseconds from anywhere.
 */
export class PhaseClock {
  readonly #nowMs: () => number;
  readonly #spentMs = new Float64Array(MIXED + 1);
  #state = NONE;
  #sinceMs = 0;
  #variants = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Answers with what to give to `back` at its end. */
  enter(phase: Phase): number {
    return this.back(PHASES.indexOf(phase));
  }

  /** Variants one by one; each asks `looks`. */
  enterVariants(): number {
    return this.back(MIXED);
  }

  /** Whether the phases of this variant are to be told, by `look`. */
  looks(): boolean {
    return this.#state === MIXED && this.#variants++ % VARIANTS_A_LOOK === 0;
  }

  look(phase: Phase): void {
    this.back(LOOKED + PHASES.indexOf(phase));
  }

  /** Stands still until `back` is given what this answers with. */
  pause(): number {
    return this.back(NONE);
  }

  /** Ends what was entered last; answers with its state. */
  back(state: number): number {
    const nowMs = this.#nowMs();
    const before = this.#state;
    if (before !== NONE) this.#spentMs[before] += nowMs - this.#sinceMs;
    this.#state = state;
    this.#sinceMs = nowMs;
    return before;
  }

  /** Stops for somebody else's work, which begins with a clock that has spent nothing. */
  suspend(): SuspendedClock {
    const state = this.back(NONE);
    const spentMs = this.#spentMs.slice();
    this.#spentMs.fill(0);
    return { state, spentMs };
  }

  /** Goes on where it was. */
  resume({ state, spentMs }: SuspendedClock): void {
    this.#spentMs.set(spentMs);
    this.#state = NONE;
    this.back(state);
  }

  /** What was spent since the last time; the clock stands still until a phase is entered. */
  take(): PhaseTimes {
    this.back(NONE);
    return takeTimes(this.#spentMs);
  }
}

/** What had been spent when a clock was suspended; it goes on without. */
export function takeSuspended({ spentMs }: SuspendedClock): PhaseTimes {
  return takeTimes(spentMs);
}

function takeTimes(spent: Float64Array): PhaseTimes {
  const looked = spent.subarray(LOOKED, MIXED).reduce((sum, ms) => sum + ms, 0);
  // Without a sample it is the events that variants exist for.
  if (looked === 0) spent[PHASES.indexOf("events")] += spent[MIXED];
  const share = looked === 0 ? 0 : 1 + spent[MIXED] / looked;
  const times = PHASES.map((phase, i) => [phase, spent[i] + spent[LOOKED + i] * share]);
  spent.fill(0);
  return Object.fromEntries(times) as Record<Phase, number>;
}

/** A clock that nobody reads. */
export function stoppedClock(): PhaseClock {
  return new PhaseClock(() => 0);
}

export function noTimes(): PhaseTimes {
  return Object.fromEntries(PHASES.map((phase) => [phase, 0])) as Record<Phase, number>;
}

export function addTimes(a: PhaseTimes, b: PhaseTimes): PhaseTimes {
  const sums = PHASES.map((phase) => [phase, a[phase] + b[phase]]);
  return Object.fromEntries(sums) as Record<Phase, number>;
}
