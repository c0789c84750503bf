import type { TopRows } from "./top-rows.ts";

/** Where a stage leaves its results. Columns are indexed by `position - origin`. */
export interface StageOutput {
  readonly top: TopRows;
  /** One column a metric of the scorer. */
  readonly columns: readonly Float64Array[];
  /** Position of the columns' first value. */
  readonly origin: number;
}

/** Pieces `[from, to)` of a stage's work. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** Pieces up to here will probably be asked for next, by the same thread; `to` at least. */
  readonly soon: number;
}

/**
 * Part of a stage, cut into pieces: those beside one another have most in common, so whoever scores
 * them together computes the least.
 */
export interface StageWork {
  /** Pieces; every thread finds the same. */
  readonly count: number;
  /** Variants of a piece that lacks none. */
  readonly pieceSize: number;
  /** Whether a piece is large and counts as a whole or not at all. */
  readonly batched: boolean;
  /**
   * Scores some pieces; now and then it tells `stop` how many variants of them it has scored, which
   * says whether to end early. Returns the number of variants scored.
   */
  score(span: Span, output: StageOutput, stop: (scored: number) => boolean): number;
}
