import { Grid } from "../grid/grid.ts";
import { asksReturnOnly } from "../metrics/ranking-values.ts";
import { listBytes } from "./class-panel.ts";
import { legBytes, legsKept, panelsServe } from "./leg-service.ts";
import { type LegClass, type LegSide, legShape } from "./leg-shape.ts";
import { TILE_LEGS } from "./panel-tiles.ts";
import { strengthBytes } from "./strength-rows.ts";
import { type SignalBinding, type Sweep, sweepMetrics } from "./sweep.ts";

const NUMBER_BYTES = 8;
/** Accounts of a row are padded to as many. */
const LEVELS_AT_ONCE = 8;

/** What a tile of legs is settled in, at most: exits and days of a batch, and accounts. */
const TILE_BYTES = 128 * 1024;
/** Sums of a pair. */
const PAIR_BYTES = 13 * NUMBER_BYTES;

/** Daily returns of a tile's accounts. */
export function tileReturnBytes(days: number): number {
  return days * TILE_LEGS * TILE_LEGS * NUMBER_BYTES;
}

/** Counts of levels, were those of all parameters of their series kept, and what panels take. */
export function legsFootprint(sweep: Sweep, bars: number, days: number): number {
  const grid = new Grid(sweep.axes);
  const shape = legShape(sweep, grid);
  const metrics = sweepMetrics(sweep);
  if (shape === null || !panelsServe(sweep, grid, shape, metrics)) return 0;
  const sideBytes = (side: LegSide) => legsKept(grid, shape, side, bars) * legBytes(bars);
  const isWatched = !asksReturnOnly(metrics);
  const panelBytes = isWatched ? watchedBytes : (one: LegClass) => cashBytes(one, bars);
  const tileBytes = metrics.includes("sharpe") ? TILE_BYTES + tileReturnBytes(days) : TILE_BYTES;
  return shape.classes.reduce(
    (bytes, one) => bytes + sideBytes(shape.long) + sideBytes(shape.short) + panelBytes(one),
    strengthBytes(bars) + (isWatched ? tileBytes : 0),
  );
}

function watchedBytes({ long, short }: LegClass): number {
  return long.levels.length * short.levels.length * PAIR_BYTES;
}

function cashBytes({ long, short }: LegClass, bars: number): number {
  const accounts = (long.levels.length + 2) * (short.levels.length + LEVELS_AT_ONCE);
  const levels = Math.max(long.levels.length, short.levels.length);
  return listsBytes(levels, bars) + accounts * NUMBER_BYTES;
}

/** What small panels are settled by. */
function listsBytes(levels: number, bars: number): number {
  return levels <= LEVELS_AT_ONCE ? 2 * listBytes(bars) : 0;
}

/** The signal that panels of legs score. */
export function bandOfLegs(sweep: Sweep): SignalBinding | undefined {
  const gate = legShape(sweep, new Grid(sweep.axes))?.gate;
  if (gate === undefined || !("signals" in gate)) return undefined;
  return sweep.signals.find((signal) => !gate.signals.includes(signal));
}
