import type { AccountRules } from "../execution/account.ts";
import type { EventRange } from "../execution/event-engine.ts";
import type { RiskGrid } from "../execution/stop-table.ts";
import type { TradeList } from "../execution/trade-list.ts";
import type { RankingMetric } from "../metrics/ranking-metric.ts";
import type { BitPlane } from "../series/bit-plane.ts";
import type { Comparison } from "../signals/atom.ts";
import type { WindowMean } from "../signals/plane-source.ts";
import type { BatchEngine, BatchTask } from "./batch-engine.ts";
import type { LegLoops } from "./leg-loops.ts";
import type { StrengthRows } from "./strength-rows.ts";
import type { Sweep } from "./sweep.ts";

/** Bars of the traded range, and what their metrics need beside the prices. */
export type RangeMarket = EventRange;

/** Long and short side of a signal; never both set at a bar. */
export interface PlanePair {
  readonly long: BitPlane;
  readonly short: BitPlane;
}

/**
 * Rows of one family over the range, such as the averages of all windows, compared with one
 * another.
 */
export interface RowFamily {
  set(row: number, series: Float64Array): void;
  /** Computes a row that is a mean; false where that is left to the caller, as it may always be. */
  setMean?(row: number, mean: WindowMean): boolean;
  /** Makes comparisons faster from now on; to be called once, with all rows set. */
  seal(): void;
  /** Both rows have been set. `long` is row `a` above row `b`, `short` is row `a` below row `b`. */
  compare(a: number, b: number, planes: PlanePair): void;
}

/** Scores variants of one sweep; writes one number a metric, NaN where undefined. */
export interface TradeScorer {
  /** Stops off: the trades of `a AND b`. */
  scorePlanes(a: PlanePair, b: PlanePair, out: Float64Array, offset: number): void;
  score(trades: TradeList, out: Float64Array, offset: number): void;
}

/**
 * Scores the cells of one risk grid, base variant by base variant. A row of the grid is all targets
 * of one pair of a stop and a trailing stop; `pair` numbers them, stop outer.
 */
export interface RiskScorer {
  /** Takes the trades of a base variant, which must stay as they are until the next `open`. */
  open(base: TradeList): void;
  /** Finds all first hits of the open trades; to be called before their rows are asked for. */
  openRows(): void;
  /** Metric `m` of the cell at `target` goes to `columns[m][at + target]`. */
  scoreRow(pair: number, columns: readonly Float64Array[], at: number): void;
  /** One cell, as `scoreRow` would; for those of which few are wanted. */
  scoreCell(pair: number, target: number, out: Float64Array, offset: number): void;
}

/**
 * The hot loops of a scorer and the memory they work on. There are two: the readable one in core,
 * which every other is compared with bit for bit, and the WASM twins in kernels/. Arrays that a
 * backend hands out are its own memory, zeroed; planes and trade lists passed to its loops must
 * come from it.
 */
export interface ScoringBackend {
  readonly name: "reference" | "wasm";
  plane(bars: number): BitPlane;
  /** Not zeroed. */
  numbers(length: number): Float64Array;
  tradeList(bars: number, entries?: TradeList): TradeList;
  /** plane = left op right; both series are cut to the range, NaN compares false. */
  compare(left: Float64Array, op: Comparison, right: Float64Array | number, plane: BitPlane): void;
  /** out = a AND b, both sides. */
  and(a: PlanePair, b: PlanePair, out: PlanePair): void;
  /** plane = plane AND NOT other. */
  clear(plane: BitPlane, other: BitPlane): void;
  /** out = a op b, of single planes. */
  combine(op: "and" | "or", a: BitPlane, b: BitPlane, out: BitPlane): void;
  /** out = NOT plane over the range's bars. */
  not(plane: BitPlane, out: BitPlane): void;
  /** out holds from a bar of `set` on until a bar of `reset`, and where both are. */
  latch(set: BitPlane, reset: BitPlane, out: BitPlane): void;
  /** Room for rows to be compared pairwise; null where they would not fit `maxBytes`. */
  rowFamily(rows: number, maxBytes: number): RowFamily | null;
  /** The loops of strategies whose sides are independent legs. */
  legLoops(): LegLoops;
  /** Computes rows of relative strength over series of so many bars, where it is faster at that. */
  strengthRows?(bars: number): StrengthRows | null;
  /** Scores base variants together, where the backend has an engine for the strategy's shape. */
  batchEngine?(task: BatchTask): BatchEngine | null;
  /** Trades with stops off of `a AND b`, and their factors. */
  trades(a: PlanePair, b: PlanePair, trades: TradeList): void;
  tradeScorer(metrics: readonly RankingMetric[], periodsPerYear: number): TradeScorer;
  riskScorer(grid: RiskGrid, metrics: readonly RankingMetric[], periodsPerYear: number): RiskScorer;
  /** Gives the memory back for another backend to use. */
  release(): void;
}

/**
 * What every backend serves: decisions that fill at once at their own close, at costs that are a
 * share of the amount at each fill. The readable one serves all sweeps.
 */
export function isServedByEveryBackend({ execution, trails }: Sweep): boolean {
  return (
    execution.fillMode === "CLOSE" &&
    execution.entryDelayBars === 0 &&
    execution.fixedFee === 0 &&
    execution.fundingLongPctPerBar === 0 &&
    execution.fundingShortPctPerBar === 0 &&
    trails.every((pct) => pct === null)
  );
}

/** A backend serves one sweep over one range; it is asked for what every backend serves only. */
export type BackendFactory = (rules: AccountRules, market: RangeMarket) => ScoringBackend;
