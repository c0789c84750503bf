import type { IndexRange } from "./batch-engine.ts";
import type { StageOutput, StageWork } from "./stage-output.ts";
import type { SweepScorer } from "./sweep-scorer.ts";

/** Base variants of Stage B, and which of them are to be scored. */
export interface ShortlistRange {
  readonly shortlist: Float64Array;
  /** Places `[from, to)` of `positions`, or of the shortlist without them. */
  readonly from: number;
  readonly to: number;
  /** All positions of the shortlist, in the order in which they are scored. */
  readonly positions?: Uint32Array | null;
}

/**
 * Positions of the shortlist, those of `[from, to)` by their variants: variants beside one another
 * have rows and entries in common, so that threads which each take some have fewer of the same.
 */
export function byVariant(shortlist: Float64Array, from: number, to: number): Uint32Array {
  const positions = Uint32Array.from(shortlist.keys());
  positions.subarray(from, to).sort((a, b) => shortlist[a] - shortlist[b]);
  return positions;
}

/** Stage B in pieces, each the risk grid of one base variant of the shortlist. */
export function stageBWork(
  scorer: SweepScorer,
  shortlist: Float64Array,
  { from, to }: IndexRange,
): StageWork {
  const positions = byVariant(shortlist, from, to);
  return {
    count: to - from,
    pieceSize: scorer.cells,
    batched: false,
    score: (span, output, stop) => {
      const part = { shortlist, from: from + span.from, to: from + span.to, positions };
      return scoreStageB(scorer, part, output, stop);
    },
  };
}

/**
 * Stage B: expands positions of the shortlist over the risk grid. A cell's variant index
 * is `base * cells + cell`; its column position is `position * cells + cell`. Before each row of
 * targets it tells `stop` how many cells it has scored, which says whether to end early. Returns
 * the number of cells scored.
 */
export function scoreStageB(
  scorer: SweepScorer,
  { shortlist, from, to, positions }: ShortlistRange,
  output: StageOutput,
  stop: (scored: number) => boolean = () => false,
): number {
  const { cells } = scorer;
  const { columns, top, origin } = output;
  const rowCells = scorer.sweep.targets.length;
  let scored = 0;
  for (let place = from; place < to; place++) {
    const position = positions?.[place] ?? place;
    const base = shortlist[position];
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
