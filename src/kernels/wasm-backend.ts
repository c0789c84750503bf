import type { AccountRules } from "../core/execution/account.ts";
import type { RiskGrid } from "../core/execution/stop-table.ts";
import { TradeList } from "../core/execution/trade-list.ts";
import type { RankingMetric } from "../core/metrics/ranking-metric.ts";
import { type BitPlane, planeWords } from "../core/series/bit-plane.ts";
import type { Comparison } from "../core/signals/atom.ts";
import type {
  PlanePair,
  RangeMarket,
  RiskScorer,
  RowFamily,
  ScoringBackend,
} from "../core/stages/backend.ts";
import type { BatchEngine, BatchTask } from "../core/stages/batch-engine.ts";
import { strengthRoom } from "../core/stages/strength-rows.ts";
import { BLOCK_BARS } from "./block-rows.ts";
import { KernelMemory } from "./kernel-memory.ts";
import type { KernelExports } from "./kernel-module.ts";
import { MarketTables } from "./market-tables.ts";
import { writeRules } from "./rules-layout.ts";
import { TickSums } from "./tick-sums.ts";
import { WasmLegLoops } from "./wasm-leg-loops.ts";
import { WasmPairEngine } from "./wasm-pair-engine.ts";
import { WasmRiskScorer } from "./wasm-risk-scorer.ts";
import { WasmRowFamily } from "./wasm-row-family.ts";
import { WasmStrengthRows } from "./wasm-strength-rows.ts";
import { WasmTradeScorer } from "./wasm-trade-scorer.ts";
import { WasmTiles } from "./wasm-watched-panel.ts";

/** Numbers of the comparisons in assembly/compare.ts. */
const COMPARISONS: readonly Comparison[] = ["<", "<=", ">", ">="];
const BARS_PER_WORD = 64;
const EVENT_SLACK = 16;

/**
 * The scorer's hot loops in WASM SIMD, for fills at closes (see isServedByEveryBackend); the same
 * bits as ReferenceBackend.
 */
export class WasmBackend implements ScoringBackend {
  readonly name = "wasm";
  readonly memory = KernelMemory.take();
  /** The trade scorer whose market the kernels hold. */
  active: WasmTradeScorer | null = null;
  readonly kernels: KernelExports;
  readonly rulesAt: number;
  /** Closes in kernel memory. */
  readonly close: Float64Array;
  readonly market: RangeMarket;
  readonly tables: MarketTables;
  readonly tickSums: TickSums;
  readonly tiles: WasmTiles;
  /** Room for the events of one variant; the kernels write a few slots past the last. */
  readonly events: Int32Array;
  readonly rules: AccountRules;
  /** Trade scorers by what they measure; risk scorers use those of base variants. */
  readonly #scorers = new Map<string, WasmTradeScorer>();
  readonly #bars: number;
  /** Words of 64 bars. */
  readonly #words: number;
  #left: StagedSeries | null = null;
  #right: StagedSeries | null = null;

  constructor(rules: AccountRules, market: RangeMarket) {
    this.rules = rules;
    this.market = market;
    this.#bars = market.close.length;
    this.#words = planeWords(this.#bars) / 2;
    this.kernels = this.memory.kernels;
    this.rulesAt = writeRules(this.memory, rules);
    // Whole blocks and a word: kernels read past the last bar what they do not use.
    const padded = Math.ceil(this.#bars / BLOCK_BARS) * BLOCK_BARS + BARS_PER_WORD;
    this.close = this.memory.float64(padded).subarray(0, this.#bars);
    this.close.set(market.close);
    this.tickSums = new TickSums(this.memory, this.#bars);
    this.tables = new MarketTables(this.memory, market, this.close);
    this.tiles = new WasmTiles(this);
    this.events = this.memory.int32(this.#bars + EVENT_SLACK, "as it is");
  }

  plane(bars: number): BitPlane {
    return this.memory.int32(planeWords(bars));
  }

  /** Kernels compute two at once: there is one behind the last. */
  numbers(length: number): Float64Array {
    return this.memory.float64(length + 1, "as it is").subarray(0, length);
  }

  tradeList(bars: number, entries?: TradeList): TradeList {
    const slots = bars + 1;
    return new TradeList({
      side: entries?.side ?? this.memory.uint8(slots, "as it is"),
      entry: entries?.entry ?? this.memory.int32(slots, "as it is"),
      exit: this.memory.int32(slots, "as it is"),
      factor: this.memory.float64(slots, "as it is"),
    });
  }

  compare(left: Float64Array, op: Comparison, right: Float64Array | number, plane: BitPlane): void {
    const comparison = COMPARISONS.indexOf(op);
    this.#left ??= this.#stage();
    const a = this.#left.stage(left);
    if (typeof right === "number") {
      this.kernels.compareToNumber(a, comparison, right, this.#words, plane.byteOffset);
    } else {
      this.#right ??= this.#stage();
      const b = this.#right.stage(right);
      this.kernels.compareSeries(a, comparison, b, this.#words, plane.byteOffset);
    }
  }

  #stage(): StagedSeries {
    const room = this.memory.float64(this.#words * BARS_PER_WORD, "as it is");
    return new StagedSeries(this.memory, room);
  }

  and(a: PlanePair, b: PlanePair, out: PlanePair): void {
    const { andPlanes } = this.kernels;
    andPlanes(a.long.byteOffset, b.long.byteOffset, this.#words, out.long.byteOffset);
    andPlanes(a.short.byteOffset, b.short.byteOffset, this.#words, out.short.byteOffset);
  }

  clear(plane: BitPlane, other: BitPlane): void {
    this.kernels.clearPlane(plane.byteOffset, other.byteOffset, this.#words);
  }

  combine(op: "and" | "or", a: BitPlane, b: BitPlane, out: BitPlane): void {
    const { andPlanes, orPlanes } = this.kernels;
    const kernel = op === "and" ? andPlanes : orPlanes;
    kernel(a.byteOffset, b.byteOffset, this.#words, out.byteOffset);
  }

  not(plane: BitPlane, out: BitPlane): void {
    this.kernels.notPlane(plane.byteOffset, this.#bars, this.#words, out.byteOffset);
  }

  latch(set: BitPlane, reset: BitPlane, out: BitPlane): void {
    const { byteOffset } = out;
    this.kernels.latchPlane(set.byteOffset, reset.byteOffset, this.#bars, this.#words, byteOffset);
  }

  rowFamily(rows: number, maxBytes: number): RowFamily | null {
    const family = new WasmRowFamily(this, { rows, bars: this.#bars });
    return family.bytes <= maxBytes ? family.allocate() : null;
  }

  batchEngine(task: BatchTask): BatchEngine | null {
    const { shape } = task;
    return shape.kind === "pairs" ? WasmPairEngine.of(this, { ...task, shape }) : null;
  }

  strengthRows(bars: number): WasmStrengthRows | null {
    return strengthRoom(bars) === 0 ? null : new WasmStrengthRows(this, bars);
  }

  legLoops(): WasmLegLoops {
    return new WasmLegLoops(this);
  }

  /** Where a series of the range lies in kernel memory, until the next one is staged. */
  staged(series: Float64Array): number {
    this.#left ??= this.#stage();
    return this.#left.stage(series);
  }

  trades(a: PlanePair, b: PlanePair, trades: TradeList): void {
    trades.count = this.kernels.tradesFromPlanes(
      a.long.byteOffset,
      a.short.byteOffset,
      b.long.byteOffset,
      b.short.byteOffset,
      this.#bars,
      this.events.byteOffset,
      trades.side.byteOffset,
      trades.entry.byteOffset,
      trades.exit.byteOffset,
      this.rulesAt,
      this.close.byteOffset,
      trades.factor.byteOffset,
    );
  }

  tradeScorer(metrics: readonly RankingMetric[], periodsPerYear: number): WasmTradeScorer {
    const key = `${metrics} ${periodsPerYear}`;
    const known = this.#scorers.get(key);
    const rules = this.rules;
    const scorer = known ?? new WasmTradeScorer(this, metrics, { rules, periodsPerYear });
    this.#scorers.set(key, scorer);
    return scorer;
  }

  release(): void {
    this.memory.release();
  }

  riskScorer(
    grid: RiskGrid,
    metrics: readonly RankingMetric[],
    periodsPerYear: number,
  ): RiskScorer {
    return new WasmRiskScorer(this, grid, metrics, periodsPerYear);
  }
}

/**
 * Room for one series in kernel memory, padded with NaN; a series that is there already is not
 * copied again. Series that lie in kernel memory themselves are padded there.
 */
class StagedSeries {
  readonly #memory: KernelMemory;
  readonly #room: Float64Array;
  #buffer: ArrayBufferLike | null = null;
  #offset = -1;

  constructor(memory: KernelMemory, room: Float64Array) {
    this.#memory = memory;
    this.#room = room.fill(Number.NaN);
  }

  stage(series: Float64Array): number {
    if (this.#memory.holds(series)) return series.byteOffset;
    if (series.buffer !== this.#buffer || series.byteOffset !== this.#offset) {
      this.#room.set(series);
      this.#buffer = series.buffer;
      this.#offset = series.byteOffset;
    }
    return this.#room.byteOffset;
  }
}
