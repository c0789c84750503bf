/** Progress of a run as its row keeps it: numbers of the current stage. */
export interface ProgressState {
  readonly total: number;
  readonly done: number;
  readonly variantsPerSecond: number | null;
}

/** Seconds left at the current rate; null without one. */
export function etaSeconds(state: ProgressState): number | null {
  const rate = state.variantsPerSecond;
  return rate === null || rate <= 0 ? null : (state.total - state.done) / rate;
}
