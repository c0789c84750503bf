import {
  type ComparisonTemplate,
  type ConditionTemplate,
  comparesRows,
  comparisonsIn,
  templateAxes,
  type ValueTemplate,
  valuesIn,
} from "../signals/condition.ts";
import { planeBytes } from "../signals/plane-source.ts";
import { returnBytes, rowBytes, type ScoredBy } from "./row-footprint.ts";
import { LOOK_UP_BYTES, planeRoom, SCORER_CACHES } from "./scorer-caches.ts";
import { outputsOf, sizeOf, sourcesRead } from "./series-footprint.ts";
import { MAX_PAIRS } from "./signal-planes.ts";
import type { Sweep } from "./sweep.ts";

/** The planes that one variant has of a comparison and of what it is joined to. */
const PLANES_A_COMPARISON = 6;
/** Entries and exits of both sides, where they count and where not, and the latches. */
const PLANES_OF_SIDES = 8;

/** Of what each side asks for in the language of expressions. */
export function expressionFootprint(
  sweep: Sweep,
  conditions: readonly ConditionTemplate[],
  bars: number,
  by: ScoredBy,
) {
  const { few } = by;
  const values = conditions.flatMap((condition) => [...valuesIn(condition)]);
  const outputs = values.filter((value) => value.kind === "output");
  const calls = outputs.map(({ indicator, params }) => ({ id: indicator, params }));
  const comparisons = conditions.flatMap((condition) => [...comparisonsIn(condition)]);
  const combinations = comparisons.map((one) => sizeOf(sweep, templateAxes(one)));
  const alone = few.engine === "pairs" ? few.variants : Number.POSITIVE_INFINITY;
  const touched = combinations.map((count) => Math.min(count, alone));
  const lookUps = touched.map((count) => Math.min(count, MAX_PAIRS) * LOOK_UP_BYTES);
  const room = planeRoom(bars, SCORER_CACHES);
  const rows = combinations.every((count) => count > room);
  const most = few.ofMeans ? (rows ? 0 : few.variants) : Number.POSITIVE_INFINITY;
  const crossed = distinctPairs(comparisons.filter(comparesRows));
  const operands = crossed.map(({ left, right }) =>
    [left, right].map((operand) => sizeOf(sweep, templateAxes(operand))),
  );
  const paired = operands.filter((_, i) => sizeOf(sweep, templateAxes(crossed[i])) > room);
  const returns = operands.map((counts) => returnBytes(sweep, counts, by));
  const ownRows = sum(
    crossed
      .flatMap((one) => [one.left, one.right])
      .filter(isComputed)
      .map((one) => sizeOf(sweep, templateAxes(one))),
  );
  const variantPlanes = comparisons.length * PLANES_A_COMPARISON + PLANES_OF_SIDES;
  return {
    ...outputsOf(sweep, calls, bars, { most, by, ownRows }),
    planeBytes: (rows && few.engine === "pairs" ? 0 : sum(touched)) * planeBytes(bars),
    variantBytes: variantPlanes * planeBytes(bars),
    pairBytes:
      sum(lookUps) + sum(returns) + sum(paired.map((one) => rowBytes(sweep, one, bars, by))),
    sources: sourcesRead(sweep, calls, values),
    computingRows: Math.max(0, ...comparisons.map(operationsOf)),
  };
}

/** One of those that compare the same operands: `a > b` and `a < b` share their rows. */
function distinctPairs(comparisons: readonly ComparisonTemplate[]): ComparisonTemplate[] {
  const keyOf = ({ left, right }: ComparisonTemplate) =>
    [left, right]
      .map((operand) => JSON.stringify(operand))
      .sort()
      .join(" ");
  return [...new Map(comparisons.map((one) => [keyOf(one), one])).values()];
}

/** Whether its series are none that an indicator or the market has. */
function isComputed({ kind }: ValueTemplate): boolean {
  return kind === "arithmetic" || kind === "shifted";
}

/** Series that a comparison computes and drops: one an operation, and constants as series. */
function operationsOf(comparison: ComparisonTemplate): number {
  let rows = 0;
  for (const { kind } of valuesIn(comparison)) {
    if (kind === "arithmetic" || kind === "shifted" || kind === "number") rows++;
  }
  return rows;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
