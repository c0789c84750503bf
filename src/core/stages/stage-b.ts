import type { StageOutput } from "./stage-a.ts";
import type { SweepScorer } from "./sweep-scorer.ts";

/**
 * Stage B: expands the shortlist positions `[from, to)` over the risk grid. A cell's variant index
 * is `base * cells + cell`; its column position is `position * cells + cell`. Before each row of
 * targets it tells `stop` how many cells it has scored, which says whether to end early. Returns
 * the number of cells scored.
 */
export function scoreStageB(
  scorer: SweepScorer,
  work: { readonly shortlist: Float64Array; readonly from: number; readonly to: number },
  output: StageOutput,
  stop: (scored: number) => boolean = () => false,
): number {
  const { cells } = scorer;
  const rowCells = scorer.sweep.targets.length;
  const row = new Float64Array(1 + scorer.metrics.length);
  let scored = 0;
  for (let position = work.from; position < work.to; position++) {
    const base = work.shortlist[position];
    scorer.seek(base);
    scorer.openRisk();
    for (let cell = 0; cell < cells; cell++) {
      if (cell % rowCells === 0 && stop(scored)) return scored;
      scorer.scoreCell(cell, row, 1);
      row[0] = base * cells + cell;
      const at = position * cells + cell - output.origin;
      for (let m = 0; m < output.columns.length; m++) output.columns[m][at] = row[1 + m];
      output.top.offer(row, 0);
      scored++;
    }
  }
  return scored;
}
