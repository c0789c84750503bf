import type { SweepScorer } from "./sweep-scorer.ts";
import type { TopRows } from "./top-rows.ts";

/** Where a slice of a stage leaves its results. Columns are indexed by `position - origin`. */
export interface StageOutput {
  readonly top: TopRows;
  /** One column a metric of the scorer. */
  readonly columns: readonly Float64Array[];
  /** Position of the columns' first value. */
  readonly origin: number;
}

/**
 * Stage A: scores the base variants with index in `[from, to)`, stops off. Indices that the
 * constraint forbids are skipped and stay NaN in the columns. Before each variant it tells `stop`
 * how many it has scored, which says whether to end early. Returns the number of variants scored.
 */
export function scoreStageA(
  scorer: SweepScorer,
  from: number,
  to: number,
  output: StageOutput,
  stop: (scored: number) => boolean = () => false,
): number {
  const row = new Float64Array(1 + scorer.metrics.length);
  let scored = 0;
  scorer.seek(from);
  for (let index = from; index < to; index++, scorer.next()) {
    if (!scorer.exists()) {
      for (const column of output.columns) column[index - output.origin] = Number.NaN;
      continue;
    }
    if (stop(scored)) return scored;
    scorer.scoreBase(row, 1);
    row[0] = index;
    for (let m = 0; m < output.columns.length; m++) {
      output.columns[m][index - output.origin] = row[1 + m];
    }
    output.top.offer(row, 0);
    scored++;
  }
  return scored;
}
