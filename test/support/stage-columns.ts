import fc from "fast-check";
import type { Axis } from "../../src/core/grid/axis.ts";
import { VariantSpace } from "../../src/core/grid/variant-space.ts";
import { describeVariant } from "../../src/core/stages/describe.ts";
import { riskCells, type StageName, type Sweep } from "../../src/core/stages/sweep.ts";
import type { ColumnBlock, ColumnWork } from "../../src/core/surfaces/column-block.ts";
import { type AxisValue, StageGrid } from "../../src/core/surfaces/stage-grid.ts";
import { samplePlan } from "./sample-plan.ts";

/** A scored variant, written out: what surfaces never do. */
export interface PlainVariant {
  readonly variantIndex: number;
  readonly params: Readonly<Record<string, AxisValue>>;
  readonly values: readonly number[];
}

/** A stage with two columns of numbers, cut into blocks, and the same as a plain list. */
export interface StageSample {
  readonly sweep: Sweep;
  readonly stage: StageName;
  readonly grid: StageGrid;
  readonly blocks: readonly ColumnBlock[];
  readonly variants: readonly PlainVariant[];
}

const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -4, max: 4 }).map((n) => n / 4) },
  { weight: 3, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, 1e300) },
);

const numbers = fc.uniqueArray(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 4 });
const names = fc.uniqueArray(fc.constantFrom("close", "hl2", "open"), {
  minLength: 1,
  maxLength: 3,
});
const risk = fc.uniqueArray(fc.constantFrom(null, 1, 2, 5), { minLength: 1, maxLength: 3 });

const axesOf = fc
  .array(fc.oneof({ weight: 3, arbitrary: numbers }, { weight: 1, arbitrary: names }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((lists) => lists.map((values, a): Axis => ({ name: `x.p${a}`, values })));

const parts = fc.record({
  axes: axesOf,
  constrained: fc.boolean(),
  stops: risk,
  trails: fc.constant([null]),
  targets: risk,
  stage: fc.constantFrom<StageName>("STAGE_A", "STAGE_B"),
  seed: fc.infiniteStream(value),
  order: fc.infiniteStream(fc.integer({ min: 0, max: 5 })),
  cuts: fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
});

export const stageSamples: fc.Arbitrary<StageSample> = parts.map(
  ({ axes, constrained, stops, trails, targets, stage, seed, order, cuts }) => {
    const isNumeric = typeof axes[0].values[0] === "number";
    const constraint = constrained ? `x.p0 != ${isNumeric ? axes[0].values[0] : "'close'"}` : null;
    const sweep: Sweep = { ...samplePlan().sweep, axes, constraint, stops, trails, targets };
    const bases = existing(sweep);
    const shortlist = Float64Array.from(bases.filter(() => next(order) > 0).toReversed());
    const grid = new StageGrid(sweep, stage, shortlist);
    const columns = [0, 1].map(() => new Float64Array(grid.positions).fill(Number.NaN));
    const cells = riskCells(sweep);
    const rows = stage === "STAGE_A" ? bases : [...shortlist];
    const variants = rows.flatMap((base, row) =>
      Array.from({ length: stage === "STAGE_A" ? 1 : cells }, (_, cell): PlainVariant => {
        const variantIndex = stage === "STAGE_A" ? base : base * cells + cell;
        const position = stage === "STAGE_A" ? base : row * cells + cell;
        const values = columns.map((column) => (column[position] = next(seed)));
        const { params, ...levels } = describeVariant(sweep, stage, variantIndex);
        const named = Object.entries(levels).map(([name, level]) => [`risk.${name}`, level]);
        return { variantIndex, params: { ...params, ...Object.fromEntries(named) }, values };
      }),
    );
    return { sweep, stage, grid, blocks: cut(columns, cuts), variants };
  },
);

function existing({ axes, constraint }: Sweep): number[] {
  const space = new VariantSpace(axes, constraint);
  const digits = new Int32Array(axes.length);
  return Array.from({ length: space.grid.size }, (_, index) => index).filter((index) =>
    space.has(space.grid.digits(index, digits)),
  );
}

function cut(columns: readonly Float64Array[], sizes: fc.Stream<number>): ColumnBlock[] {
  const blocks: ColumnBlock[] = [];
  for (let from = 0; from < columns[0].length; ) {
    const to = Math.min(columns[0].length, from + next(sizes));
    blocks.push({ from, columns: columns.map((column) => column.slice(from, to)) });
    from = to;
  }
  return blocks;
}

function next<T>(stream: fc.Stream<T>): T {
  return stream.next().value as T;
}

/** Drives a computation over blocks that are in memory. */
export function overBlocks<T>(work: ColumnWork<T>, blocks: readonly ColumnBlock[]): T {
  for (let step = work.next(); ; step = work.next()) {
    if (step.done === true) return step.value;
    for (const block of blocks) step.value(block);
  }
}

/** Values that are numbers. */
export function definedValues(variants: readonly PlainVariant[], column: number): number[] {
  return variants.map(({ values }) => values[column]).filter((v) => Number.isFinite(v));
}
