/** A run as the command line shows it, whether it comes from the database or from a server. */
export interface RunRow {
  readonly rank: number;
  /** Axis name to value, e.g. `fast.window`. */
  readonly params: Readonly<Record<string, number | string>>;
  /** Percent of the entry fill; null is off. */
  readonly stopLossPct: number | null;
  readonly takeProfitPct: number | null;
  readonly metrics: Readonly<Record<string, number | null>>;
}

export type BestView = Pick<RunRow, "params" | "stopLossPct" | "takeProfitPct"> & {
  readonly metrics: Readonly<Partial<Record<string, number | null>>>;
};

export interface ProgressView {
  readonly state: string;
  readonly stage: string;
  /** Variants of the current stage. */
  readonly done: number;
  readonly total: number;
  readonly variantsPerSecond: number | null;
  readonly etaSeconds: number | null;
  readonly best: BestView | null;
}

/** States that a run does not leave by itself. */
const ENDED = ["SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT"];

export function hasEnded(state: string): boolean {
  return ENDED.includes(state);
}
