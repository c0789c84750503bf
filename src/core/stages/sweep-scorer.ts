import { AccountRules } from "../execution/account.ts";
import { EventEngine } from "../execution/event-engine.ts";
import { StopTable } from "../execution/stop-table.ts";
import { TradeList, tradesFromPlanes } from "../execution/trade-list.ts";
import { VariantSpace } from "../grid/variant-space.ts";
import type { RankingMetric } from "../metrics/ranking-metric.ts";
import { andPlanes, type BitPlane, createPlane, planeWords } from "../series/bit-plane.ts";
import { CandleView } from "../series/candle-view.ts";
import { type Candles, sliceCandles } from "../series/candles.ts";
import { PlaneSource } from "../signals/plane-source.ts";
import { SCORER_CACHES } from "./memory-budget.ts";
import { type PlanePair, SignalPlanes } from "./signal-planes.ts";
import { riskCells, type Sweep, sweepMetrics } from "./sweep.ts";

/**
 * Scores the variants of one sweep over one series of candles, one thread's worth. Everything that variants share is
 * computed once and kept within the caches of the memory budget; a variant costs its flips, not its bars.
 */
export class SweepScorer {
  readonly sweep: Sweep;
  readonly space: VariantSpace;
  /** Cells of the risk grid. */
  readonly cells: number;
  readonly metrics: readonly RankingMetric[];
  readonly #bars: number;
  readonly #signals: readonly SignalPlanes[];
  readonly #engine: EventEngine;
  readonly #stopTable: StopTable;
  readonly #base: TradeList;
  readonly #cell: TradeList;
  readonly #long: BitPlane;
  readonly #short: BitPlane;
  readonly #empty: BitPlane;
  readonly #digits: Int32Array;

  /** `metrics` defaults to those the sweep ranks by. */
  constructor(
    sweep: Sweep,
    candles: Candles,
    metrics: readonly RankingMetric[] = sweepMetrics(sweep),
  ) {
    this.sweep = sweep;
    this.metrics = metrics;
    this.space = new VariantSpace(sweep.axes, sweep.constraint);
    this.cells = riskCells(sweep);
    const range = sliceCandles(candles, sweep.firstBar, sweep.lastBar);
    const bars = sweep.lastBar - sweep.firstBar;
    this.#bars = bars;
    const source = new PlaneSource(new CandleView(candles), sweep, SCORER_CACHES);
    const maxPairs = Math.ceil(SCORER_CACHES.pairBytes / (planeWords(bars) * 8 + 1));
    this.#signals = sweep.signals.map(
      (signal) => new SignalPlanes(sweep, this.space.grid, signal, { source, maxPairs }),
    );
    const rules = new AccountRules(sweep.execution);
    this.#engine = new EventEngine(
      rules,
      { close: range.close, openTimes: range.time, timeframeMs: sweep.timeframeMs },
      metrics,
      sweep.execution.periodsPerYear,
    );
    this.#stopTable = new StopTable(rules, range.close, sweep.stops, sweep.targets);
    this.#base = new TradeList(bars);
    this.#cell = new TradeList(bars, this.#base);
    this.#long = createPlane(bars);
    this.#short = createPlane(bars);
    this.#empty = createPlane(bars);
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
    this.#engine.score(this.#base, out, offset);
  }

  /** Finds the current variant's trades and every first hit of the risk grid; then ask for its cells. */
  openRisk(): void {
    this.#trade();
    this.#stopTable.fill(this.#base);
  }

  /** Scores one cell (stop outer, target inner) of the variant opened by `openRisk`. */
  scoreCell(cell: number, out: Float64Array, offset: number): void {
    const targets = this.sweep.targets.length;
    const stop = Math.floor(cell / targets);
    this.#stopTable.select(this.#base, stop, cell - stop * targets, this.#cell);
    this.#engine.score(this.#cell, out, offset);
  }

  #trade(): void {
    const pair = this.#signal();
    const { direction } = this.sweep.execution;
    const long = direction === "SHORT_ONLY" ? this.#empty : pair.long;
    const short = direction === "LONG_ONLY" ? this.#empty : pair.short;
    tradesFromPlanes(long, short, this.#bars, this.#base);
    const { rules, close } = this.#engine;
    const { side, entry, exit, factor, count } = this.#base;
    for (let i = 0; i < count; i++) {
      factor[i] = rules.factor(side[i] as 0 | 1, close[entry[i]], close[exit[i]]);
    }
  }

  /** AND of all signals at the current digits. */
  #signal(): PlanePair {
    let pair = this.#signals[0].at(this.#digits);
    for (let s = 1; s < this.#signals.length; s++) {
      const other = this.#signals[s].at(this.#digits);
      andPlanes(pair.long, other.long, this.#long);
      andPlanes(pair.short, other.short, this.#short);
      pair = { long: this.#long, short: this.#short };
    }
    return pair;
  }
}
