import { AccountRules, LONG, SHORT } from "../execution/account.ts";
import type { Grid } from "../grid/grid.ts";
import { SubGrid } from "../grid/sub-grid.ts";
import type { RankingMetric } from "../metrics/ranking-metric.ts";
import { asksReturnOnly } from "../metrics/ranking-values.ts";
import { isServedByEveryBackend } from "./backend.ts";
import type { LegShape, LegSide } from "./leg-shape.ts";
import { LEG_BYTES, outputBytes, planeRoom, type ScorerCaches } from "./scorer-caches.ts";
import { distinctAtoms } from "./signal-planes.ts";
import { type Sweep, sweepMetrics } from "./sweep.ts";

/** Indices of a block beyond which panels would be too far from one another. */
const MAX_BLOCK = 1 << 18;
/** Most bytes of rows that are soon done with. */
const PASSING_BYTES = 8 * 2 ** 20;

/**
 * Indices of the least range that holds whole panels only: from the slower of the two axes of
 * levels on, all that the axes behind span.
 */
export function panelBlock({ axes, strides }: Grid, { long, short }: LegShape): number {
  const first = Math.min(...[long.axis, short.axis].filter((axis) => axis !== null));
  return strides[first] * axes[first].values.length;
}

/**
 * Whether a combination of these axes never comes back once panels in the order of the grid have
 * left it: no other axis that panels share is slower than one of them.
 */
export function comesOnce(grid: Grid, { long, short }: LegShape, axes: readonly number[]): boolean {
  const own = [long.axis, short.axis];
  return grid.axes.slice(0, axes.at(-1) ?? 0).every(({ values }, axis) => {
    return axes.includes(axis) || own.includes(axis) || values.length === 1;
  });
}

/** Whether panels of legs give the metrics that are asked for. */
export function panelsServe(
  sweep: Sweep,
  grid: Grid,
  shape: LegShape,
  metrics: readonly RankingMetric[],
): boolean {
  if (!asksReturnOnly(metrics) && !startsPositive(sweep)) return false;
  if (sweep.execution.sizing !== "ALL_IN" || !isServedByEveryBackend(sweep)) return false;
  return panelBlock(grid, shape) <= MAX_BLOCK;
}

/** Whether a trade is worth something where it begins, whatever the price, so that peaks are. */
function startsPositive({ execution }: Sweep): boolean {
  const rules = new AccountRules(execution);
  return rules.mark(LONG, 1, 1) > 0 && rules.mark(SHORT, 1, 1) > 0;
}

/** Whether panels score all variants of a sweep whatever the market does. */
function panelsScoreAll({ exclusive, classes, long, short }: LegShape, grid: Grid): boolean {
  const lengthOf = (axis: number | null) => (axis === null ? 1 : grid.axes[axis].values.length);
  if (!exclusive) return false;
  for (let row = 0; row < lengthOf(long.axis); row++) {
    for (let column = 0; column < lengthOf(short.axis); column++) {
      if (!classes.some((one) => one.has(row, column))) return false;
    }
  }
  return true;
}

/** Combinations of a side's series whose legs are kept. */
export function legsKept(grid: Grid, shape: LegShape, side: LegSide, bars: number): number {
  const all = combinations(grid, side);
  // In the order of the grid a combination comes back only after all the others, or not at all.
  return comesOnce(grid, shape, side.axes) || all > legsThatFit(bars) ? 1 : all;
}

function combinations(grid: Grid, { axes }: LegSide): number {
  return new SubGrid(grid.axes, axes).size;
}

function legsThatFit(bars: number): number {
  return Math.floor(LEG_BYTES / legBytes(bars));
}

/** A byte and two bits a bar. */
export function legBytes(bars: number): number {
  return Math.ceil(bars / 64) * (64 + 16);
}

/**
 * Most bytes of outputs that are worth keeping where panels score all variants: a row is read when
 * its legs are counted and when atoms are computed, once each. Null where panels do not.
 */
export function legRowRoom(
  sweep: Sweep,
  grid: Grid,
  shape: LegShape,
  { bars, caches }: { readonly bars: number; readonly caches: ScorerCaches },
): number | null {
  if (!panelsServe(sweep, grid, shape, sweepMetrics(sweep))) return null;
  if (!panelsScoreAll(shape, grid) || !("signals" in shape.gate)) return null;
  const isCounted = (side: LegSide) =>
    comesOnce(grid, shape, side.axes) || combinations(grid, side) <= legsThatFit(bars);
  const atoms = shape.gate.signals.reduce((sum, one) => sum + distinctAtoms(sweep, one), 0);
  const once = isCounted(shape.long) && isCounted(shape.short);
  if (!once || atoms > planeRoom(bars, caches)) return caches.seriesBytes;
  const widest = Math.max(0, ...sweep.indicators.map(({ id }) => outputBytes(id, bars)));
  return Math.min(caches.seriesBytes, Math.max(PASSING_BYTES, 2 * widest));
}
