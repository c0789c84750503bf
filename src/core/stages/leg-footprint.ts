import { Grid } from "../grid/grid.ts";
import { listBytes } from "./class-panel.ts";
import { legBytes, legsKept, panelsServe } from "./leg-service.ts";
import { type LegClass, type LegSide, legShape } from "./leg-shape.ts";
import { TILE_LEGS } from "./panel-tiles.ts";
import { strengthBytes } from "./strength-rows.ts";
import { type SignalBinding, type Sweep, sweepMetrics } from "./sweep.ts";

const NUMBER_BYTES = 8;
/** Accounts of a row are padded to as many. */
const LEVELS_AT_ONCE = 8;

/** Daily returns of a tile's accounts. */
export function tileReturnBytes(days: number): number {
  return days * TILE_LEGS * TILE_LEGS * NUMBER_BYTES;
}

/** Counts of levels, were those of all parameters of their series kept, and accounts of a panel. */
export function legsFootprint(sweep: Sweep, bars: number): number {
  const grid = new Grid(sweep.axes);
  const shape = legShape(sweep, grid);
  if (shape === null || !panelsServe(sweep, grid, shape, sweepMetrics(sweep))) return 0;
  const sideBytes = (side: LegSide) => legsKept(grid, shape, side, bars) * legBytes(bars);
  const classBytes = ({ long, short }: LegClass) =>
    sideBytes(shape.long) +
    sideBytes(shape.short) +
    listsBytes(Math.max(long.levels.length, short.levels.length), bars) +
    (long.levels.length + 2) * (short.levels.length + LEVELS_AT_ONCE) * NUMBER_BYTES;
  return shape.classes.reduce((bytes, one) => bytes + classBytes(one), 0) + strengthBytes(bars);
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
