import { UserError } from "../core/user-error.ts";
import type { RunState } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";

/** How a run that was let through has ended; NOTHING where that says nothing of the service. */
export type PassEnd = "GOOD" | "BAD" | "NOTHING";

/** A run that may begin. */
export interface RunPass {
  /** No other run begins until this one is settled. */
  readonly isProbe: boolean;
  settle(end: PassEnd): void;
}

/** Says whether a run may begin: UserError SERVICE_OVERLOADED where it may not. */
export interface RunGate {
  admit(): RunPass;
}

export const OPEN_GATE: RunGate = { admit: () => ({ isProbe: false, settle: () => {} }) };

/** Work that is itself the run: how it ends is how the run ends. */
export async function throughGate<T>(
  gate: RunGate,
  work: () => Promise<T>,
  gone: AbortSignal | null,
): Promise<T> {
  const pass = gate.admit();
  let end: PassEnd = "BAD";
  try {
    const done = await work();
    end = "GOOD";
    return done;
  } catch (error) {
    const isOthers = error instanceof UserError && error.code !== "DEADLINE_EXCEEDED";
    if (isOthers || gone?.aborted) end = "NOTHING";
    throw error;
  } finally {
    pass.settle(end);
  }
}

/** Work that queues a run: a probe is settled when that run shows how it goes. */
export async function queueThroughGate<T extends StartedRun>(
  gate: RunGate,
  store: Pick<Store, "runStatus">,
  work: () => Promise<T>,
): Promise<T> {
  const pass = gate.admit();
  let followed = false;
  try {
    const started = await work();
    followed = pass.isProbe && started.created;
    if (followed) followProbe(store, started.run.id, pass);
    return started;
  } finally {
    if (!followed) pass.settle("NOTHING");
  }
}

interface StartedRun {
  readonly run: { readonly id: string };
  readonly created: boolean;
}

/** A run that goes on for so long without harm has shown what it had to. */
const PROBED_MS = 10_000;
/** One that nobody begins for so long shows nothing. */
const IDLE_MS = 30_000;
const LOOK_MS = 500;

const ENDS: Readonly<Partial<Record<RunState, PassEnd>>> = {
  SUCCEEDED: "GOOD",
  FAILED: "BAD",
  TIMED_OUT: "BAD",
  CANCELLED: "NOTHING",
  PAUSED: "NOTHING",
};

/** Settles the pass of a queued run when that has ended, or has been at work for long enough. */
export function followProbe(
  store: Pick<Store, "runStatus">,
  runId: string,
  pass: RunPass,
  clock: Clock = SYSTEM_CLOCK,
): void {
  const startMs = clock.now();
  let begunMs: number | null = null;
  const look = async (): Promise<PassEnd | null> => {
    const status = await store.runStatus(runId);
    if (status === null) return "NOTHING";
    if (status.state === "RUNNING") begunMs ??= clock.now();
    if (begunMs !== null && clock.now() - begunMs >= PROBED_MS) return "GOOD";
    if (begunMs === null && clock.now() - startMs >= IDLE_MS) return "NOTHING";
    return ENDS[status.state] ?? null;
  };
  const settle = (end: PassEnd | null) => {
    if (end === null) return;
    callOff();
    pass.settle(end);
  };
  const callOff = clock.every(LOOK_MS, () => {
    // The database is away: the sensors tell of that.
    look().then(settle, () => settle("NOTHING"));
  });
}
