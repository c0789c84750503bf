import { LONG, SHORT, type Side } from "../core/execution/account.ts";
import { AT_CLOSES } from "../core/execution/fill-rules.ts";
import type { RiskAxis } from "../core/execution/level-rows.ts";
import { stopLevel, targetLevel } from "../core/execution/stop-levels.ts";
import { type RiskGrid, StopTable } from "../core/execution/stop-table.ts";
import type { TradeList } from "../core/execution/trade-list.ts";
import type { RiskTable } from "../core/stages/backend.ts";
import type { WasmBackend } from "./wasm-backend.ts";

/** First hits of a risk grid, and the end cash of all cells at once where nothing else is asked. */
export class WasmRiskTable implements RiskTable {
  readonly #backend: WasmBackend;
  readonly #table: StopTable;
  readonly #stops: LevelRoom;
  readonly #targets: LevelRoom;
  /** Price shares at which a long and a short entry fill. */
  readonly #fillShares: Float64Array;
  /** Rows of targets, padded to an even number. */
  readonly #cash: Float64Array;
  readonly #columns: number;
  readonly #targetCount: number;

  constructor(backend: WasmBackend, grid: RiskGrid) {
    const { memory, rules, market } = backend;
    const { stops, targets } = grid;
    this.#backend = backend;
    this.#table = new StopTable(rules, AT_CLOSES, market, grid);
    this.#stops = new LevelRoom(backend, stops, stopLevel);
    this.#targets = new LevelRoom(backend, targets, targetLevel);
    this.#fillShares = memory.float64(2);
    this.#fillShares.set([rules.entryFill(LONG, 1), rules.entryFill(SHORT, 1)]);
    this.#targetCount = targets.length;
    this.#columns = Math.ceil(targets.length / 2) * 2;
    this.#cash = memory.float64(stops.length * this.#columns);
  }

  fill(base: TradeList): void {
    this.#table.fill(base);
  }

  select(base: TradeList, pair: number, target: number, cell: TradeList): void {
    this.#table.select(base, pair, target, cell);
  }

  settleAllIn(base: TradeList): void {
    const { kernels, rulesAt, close } = this.#backend;
    kernels.setStops(...this.#stops.layout);
    kernels.setTargets(...this.#targets.layout);
    kernels.cellCash(
      rulesAt,
      close.byteOffset,
      this.#fillShares.byteOffset,
      base.count,
      base.side.byteOffset,
      base.entry.byteOffset,
      base.exit.byteOffset,
      base.factor.byteOffset,
      this.#cash.byteOffset,
    );
  }

  endCash(cell: number): number {
    const stop = Math.floor(cell / this.#targetCount);
    return this.#cash[stop * this.#columns + (cell - stop * this.#targetCount)];
  }
}

type LevelOf = (side: Side, entryFill: number, pct: number) => number;

/** One side of the grid as assembly/risk-table.ts reads it. */
class LevelRoom {
  readonly layout: readonly [number, number, number, number, number, number];

  constructor(backend: WasmBackend, axis: RiskAxis, level: LevelOf) {
    const { memory } = backend;
    const on = axis.map((pct, position) => ({ pct, position })).filter(({ pct }) => pct !== null);
    on.sort((a, b) => a.pct! - b.pct!);
    const multipliers = memory.float64(2 * on.length);
    const order = memory.int32(on.length);
    for (const [k, { pct, position }] of on.entries()) {
      multipliers[k] = level(LONG, 1, pct!);
      multipliers[on.length + k] = level(SHORT, 1, pct!);
      order[k] = position;
    }
    const padded = axis.length + (axis.length % 2);
    const bars = memory.float64(padded);
    const factors = memory.float64(padded);
    this.layout = [
      axis.length,
      on.length,
      multipliers.byteOffset,
      order.byteOffset,
      bars.byteOffset,
      factors.byteOffset,
    ];
  }
}
