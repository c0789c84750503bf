/** Progress of a run as its row keeps it: numbers of the current stage. */
export interface ProgressState {
  readonly total: number;
  readonly done: number;
  readonly variantsPerSecond: number | null;
  /** When this was last brought up to date, and when the stage began or was taken up again. */
  readonly progressAt: Date | null;
  readonly stageAt: Date | null;
}

/** At most four progress events a second and run, whatever the number of processes. */
export const PROGRESS_EVENT_MS = 250;

/** Time over which the rate forgets: long enough to be calm, short enough to follow. */
const SMOOTHING_MS = 2000;

/**
 * Progress after `done` variants at `now`. It never goes back within a stage (a worker that died
 * takes its unstored variants with it) and never beyond the total. The rate is an exponential mean
 * over time; while the stage is young it is the plain mean since the stage began (or was taken up
 * again).
 */
export function advance(state: ProgressState, done: number, now: Date): ProgressState {
  const next = Math.min(Math.max(done, state.done), state.total);
  const { progressAt, stageAt } = state;
  if (progressAt === null || stageAt === null) {
    return { ...state, done: next, progressAt: now, stageAt: now };
  }
  const elapsedMs = now.getTime() - progressAt.getTime();
  if (elapsedMs <= 0) return { ...state, done: next };
  const sinceStageMs = Math.max(elapsedMs, now.getTime() - stageAt.getTime());
  const weight = Math.max(1 - Math.exp(-elapsedMs / SMOOTHING_MS), elapsedMs / sinceStageMs);
  const rate = ((next - state.done) * 1000) / elapsedMs;
  const former = state.variantsPerSecond ?? rate;
  const variantsPerSecond = former + weight * (rate - former);
  return { ...state, done: next, variantsPerSecond, progressAt: now };
}

/** Seconds left at the current rate; null without one. */
export function etaSeconds(state: ProgressState): number | null {
  const rate = state.variantsPerSecond;
  return rate === null || rate <= 0 ? null : (state.total - state.done) / rate;
}
