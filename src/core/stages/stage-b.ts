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
  const { columns, top, origin } = output;
  const rowCells = scorer.sweep.targets.length;
  let scored = 0;
  for (let position = work.from; position < work.to; position++) {
    const base = work.shortlist[position];
    scorer.seek(base);
    scorer.openRiskRows();
    for (let cell = 0; cell < cells; cell += rowCells) {
      if (stop(scored)) return scored;
      const at = position * cells + cell - origin;
      scorer.scoreRiskRow(cell / rowCells, columns, at);
      top.offerColumns({ columns, from: at, count: rowCells }, base * cells + cell);
      scored += rowCells;
    }
  }
  return scored;
}
