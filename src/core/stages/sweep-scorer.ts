import { AccountRules } from "../execution/account.ts";
import type { TradeList } from "../execution/trade-list.ts";
import { VariantSpace } from "../grid/variant-space.ts";
import type { RankingMetric } from "../metrics/ranking-metric.ts";
import type { BitPlane } from "../series/bit-plane.ts";
import { CandleView } from "../series/candle-view.ts";
import { type Candles, sliceCandles } from "../series/candles.ts";
import { PlaneSource } from "../signals/plane-source.ts";
import type {
  BackendFactory,
  PlanePair,
  RiskTable,
  ScoringBackend,
  TradeScorer,
} from "./backend.ts";
import { planeRoom, SCORER_CACHES } from "./memory-budget.ts";
import { ReferenceBackend } from "./reference-backend.ts";
import { SignalPlanes } from "./signal-planes.ts";
import { riskCells, type Sweep, sweepMetrics } from "./sweep.ts";

export interface ScorerOptions {
  /** What `score...` writes, in this order; the metrics the sweep ranks by when absent. */
  readonly metrics?: readonly RankingMetric[];
  /** The readable backend when absent. */
  readonly backend?: BackendFactory;
}

/**
 * Scores the variants of one sweep over one series of candles, one thread's worth. Everything that
 * variants share is computed once and kept within the caches of the memory budget; a variant costs
 * its flips, not its bars.
 */
export class SweepScorer {
  readonly sweep: Sweep;
  readonly space: VariantSpace;
  /** Cells of the risk grid. */
  readonly cells: number;
  readonly metrics: readonly RankingMetric[];
  readonly #backend: ScoringBackend;
  readonly #source: PlaneSource;
  readonly #signals: readonly SignalPlanes[];
  readonly #scorer: TradeScorer;
  readonly #riskTable: RiskTable;
  readonly #base: TradeList;
  readonly #cell: TradeList;
  /** AND of all signals of the current variant. */
  readonly #all: PlanePair;
  readonly #empty: BitPlane;
  readonly #digits: Int32Array;

  constructor(sweep: Sweep, candles: Candles, options: ScorerOptions = {}) {
    this.sweep = sweep;
    this.metrics = options.metrics ?? sweepMetrics(sweep);
    this.space = new VariantSpace(sweep.axes, sweep.constraint);
    this.cells = riskCells(sweep);
    const { close, time } = sliceCandles(candles, sweep.firstBar, sweep.lastBar);
    const market = { close, openTimes: time, timeframeMs: sweep.timeframeMs };
    const rules = new AccountRules(sweep.execution);
    const backend = options.backend?.(rules, market) ?? new ReferenceBackend(rules, market);
    const bars = close.length;
    this.#backend = backend;
    const newPlane = () => backend.plane(bars);
    this.#source = new PlaneSource(new CandleView(candles), sweep, backend, SCORER_CACHES);
    const planes = { source: this.#source, maxAtoms: planeRoom(bars), newPlane };
    this.#signals = sweep.signals.map(
      (signal) => new SignalPlanes(sweep, this.space.grid, signal, planes),
    );
    this.#scorer = backend.tradeScorer(this.metrics, sweep.execution.periodsPerYear);
    this.#riskTable = backend.riskTable(sweep.stops, sweep.targets);
    this.#base = backend.tradeList(bars);
    this.#cell = backend.tradeList(bars, this.#base);
    this.#all = { long: newPlane(), short: newPlane() };
    this.#empty = newPlane();
    this.#digits = new Int32Array(sweep.axes.length);
  }

  /** Digits of the variant at `index`; move on with `next` instead of asking anew. */
  seek(index: number): void {
    this.space.grid.digits(index, this.#digits);
  }

  next(): void {
    this.space.grid.increment(this.#digits);
  }

  /** Whether the variant at the current digits exists. */
  exists(): boolean {
    return this.space.has(this.#digits);
  }

  /** Scores the current variant with stops off. */
  scoreBase(out: Float64Array, offset: number): void {
    this.#trade();
    this.#scorer.score(this.#base, out, offset);
  }

  /**
   * Finds the current variant's trades and every first hit of the risk grid; then ask for its
   * cells.
   */
  openRisk(): void {
    this.#trade();
    this.#riskTable.fill(this.#base);
  }

  /** Scores one cell (stop outer, target inner) of the variant opened by `openRisk`. */
  scoreCell(cell: number, out: Float64Array, offset: number): void {
    const targets = this.sweep.targets.length;
    const stop = Math.floor(cell / targets);
    this.#riskTable.select(this.#base, stop, cell - stop * targets, this.#cell);
    this.#scorer.score(this.#cell, out, offset);
  }

  #trade(): void {
    const pair = this.#signal();
    const { direction } = this.sweep.execution;
    const long = direction === "SHORT_ONLY" ? this.#empty : pair.long;
    const short = direction === "LONG_ONLY" ? this.#empty : pair.short;
    this.#backend.trades({ long, short }, this.#base);
  }

  /** AND of all signals at the current digits. */
  #signal(): PlanePair {
    this.#source.makeRoom();
    let pair = this.#signals[0].at(this.#digits);
    for (let s = 1; s < this.#signals.length; s++) {
      const other = this.#signals[s].at(this.#digits);
      this.#backend.and(pair.long, other.long, this.#all.long);
      this.#backend.and(pair.short, other.short, this.#all.short);
      pair = this.#all;
    }
    return pair;
  }
}
