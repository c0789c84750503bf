import { BETTER } from "../metrics/ranking-metric.ts";
import type { ColumnBlock, ColumnWork } from "./column-block.ts";
import { distribution } from "./distribution.ts";
import { marginals } from "./marginals.ts";
import { neighbours } from "./neighbours.ts";
import { rankVariants } from "./rank-variants.ts";
import { StageGrid } from "./stage-grid.ts";
import { surface } from "./surface.ts";
import { VariantFilter } from "./variant-filter.ts";

/** Values of the axes; their product is the length of a block. */
const RADIXES = [2, 8, 32, 32];
/** Blocks that a pass sees: by then its loops are compiled. */
const BLOCKS = 2;

/**
 * Asks a made-up stage every question, so that the first real one meets compiled code. A step for
 * each block: whoever drives it lets others through in between. Answers how many were asked.
 */
export function* warmUp(): Generator<void, number, void> {
  const grid = new StageGrid(madeUpSweep(), "STAGE_A");
  const blocks = madeUpBlocks(grid.positions);
  const filter = new VariantFilter(grid, {
    parameters: [{ name: "b", min: 2 }],
    metrics: [{ column: 1, min: 0.2 }],
  });
  const asked = { grid, filter, column: 0 };
  const axes = RADIXES.map((_, axis) => axis);
  const orderBy = { metric: "sharpe", direction: BETTER.sharpe } as const;
  const questions: (() => ColumnWork<unknown>)[] = [
    () => marginals({ ...asked, axes }),
    () => marginals({ ...asked, filter: new VariantFilter(grid), axes }),
    () => surface({ ...asked, x: "c", y: "b", reduce: "MEDIAN" }),
    () => distribution({ ...asked, bins: 20, quantiles: [0.25, 0.75] }),
    () => neighbours({ ...asked, variantIndex: 5_000, direction: "DESC", radius: 2 }),
    () => rankVariants({ ...asked, orderBy, first: 100, after: null }),
  ];
  for (const question of questions) yield* drive(question(), blocks);
  return questions.length;
}

function* drive(
  work: ColumnWork<unknown>,
  blocks: readonly ColumnBlock[],
): Generator<void, void, void> {
  for (let step = work.next(); step.done !== true; step = work.next()) {
    for (const block of blocks) {
      step.value(block);
      yield;
    }
  }
}

/** Numbers without order, some of them undefined in one of the blocks. */
function madeUpBlocks(length: number): ColumnBlock[] {
  let state = 1;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const columns = [0, 1].map(() => Float64Array.from({ length }, next));
  const undefinedSome = columns[0].map((value) => (value > 0.99 ? Number.NaN : value));
  return Array.from({ length: BLOCKS }, (_, b) => ({
    from: 0,
    columns: b === 0 ? [undefinedSome, columns[1]] : columns,
  }));
}

function madeUpSweep() {
  const axes = RADIXES.map((radix, a) => ({
    name: "abcd"[a],
    values: Array.from({ length: radix }, (_, value) => value),
  }));
  return { axes, constraint: null, stops: [null], trails: [null], targets: [null] };
}
