import { AccountRules } from "../execution/account.ts";
import { FillRules } from "../execution/fill-rules.ts";
import type { TradeList } from "../execution/trade-list.ts";
import { VariantSpace } from "../grid/variant-space.ts";
import type { RankingMetric } from "../metrics/ranking-metric.ts";
import { asksReturnOnly } from "../metrics/ranking-values.ts";
import { type BitPlane, planeBit } from "../series/bit-plane.ts";
import { CandleView } from "../series/candle-view.ts";
import { type Candles, sliceCandles } from "../series/candles.ts";
import { PlaneSource } from "../signals/plane-source.ts";
import type { ValueStore } from "../signals/value-store.ts";
import {
  type BackendFactory,
  isServedByEveryBackend,
  type PlanePair,
  type RangeMarket,
  type RiskScorer,
  type ScoringBackend,
  type TradeScorer,
} from "./backend.ts";
import type { BatchEngine } from "./batch-engine.ts";
import { LegEngine, type ScoreAlone } from "./leg-engine.ts";
import { legRowRoom } from "./leg-service.ts";
import { type PhaseClock, stoppedClock } from "./phase-clock.ts";
import { ReferenceBackend } from "./reference-backend.ts";
import { aloneOf } from "./scored-alone.ts";
import { planeRoom, SCORER_CACHES, type ScorerCaches } from "./scorer-caches.ts";
import type { SignalPlanesOptions } from "./signal-planes.ts";
import { type StrategyPlanes, strategyPlanes } from "./strategy-planes.ts";
import { type StrategyShape, strategyShape } from "./strategy-shape.ts";
import { riskCells, type Sweep, sweepMetrics } from "./sweep.ts";

export interface ScorerOptions {
  /** What `score...` writes, in this order; the metrics the sweep ranks by when absent. */
  readonly metrics?: readonly RankingMetric[];
  /** The readable backend when absent, and for sweeps that not every backend serves. */
  readonly backend?: BackendFactory;
  /** Bytes of what is kept from variant to variant; never changes a result. */
  readonly caches?: ScorerCaches;
  /** Hears where the time goes. */
  readonly clock?: PhaseClock;
  /**
   * Whether variants are scored together where an engine serves their shape, which is the default;
   * else each by itself. Never changes a result.
   */
  readonly batches?: boolean;
  /** Rows and planes of these candles that others have computed; never changes a result. */
  readonly store?: ValueStore;
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
  /** What `score...` writes, in this order. */
  metrics: readonly RankingMetric[];
  readonly clock: PhaseClock;
  readonly #backend: ScoringBackend;
  readonly #source: PlaneSource;
  readonly #planes: SignalPlanesOptions;
  readonly #strategy: StrategyPlanes;
  readonly #shape: StrategyShape;
  readonly #batches: boolean;
  readonly #engines = new Map<string, BatchEngine | null>();
  readonly #legEngines = new Map<string, LegEngine | null>();
  #scorer: TradeScorer | null = null;
  readonly #scorers = new Map<string, TradeScorer>();
  readonly #riskScorers = new Map<string, RiskScorer>();
  /** Of the variant that `openRisk` has opened. */
  #risk: RiskScorer | null = null;
  /** Its trades. */
  readonly #base: TradeList;
  #outer: PlanePair;
  #inner: PlanePair;
  readonly #empty: BitPlane;
  readonly #digits: Int32Array;
  #batchRoom = new Float64Array(0);

  constructor(sweep: Sweep, candles: Candles, options: ScorerOptions = {}) {
    this.sweep = sweep;
    this.metrics = options.metrics ?? sweepMetrics(sweep);
    this.space = new VariantSpace(sweep.axes, sweep.constraint);
    this.cells = riskCells(sweep);
    this.clock = options.clock ?? stoppedClock();
    this.#batches = options.batches ?? true;
    const caches = options.caches ?? SCORER_CACHES;
    const { time, ...prices } = sliceCandles(candles, sweep.firstBar, sweep.lastBar);
    const market = { ...prices, openTimes: time, timeframeMs: sweep.timeframeMs };
    const backend = backendFor(sweep, market, options.backend);
    const bars = time.length;
    this.#backend = backend;
    const newPlane = () => backend.plane(bars);
    const view = new CandleView(candles, (length) => backend.numbers(length));
    this.#shape = strategyShape(sweep, this.space.grid);
    this.#source = new PlaneSource(view, sweep, backend, {
      seriesBytes: this.#rowRoom(bars, caches),
      planeBytes: caches.planeBytes,
      store: options.store,
      clock: this.clock,
    });
    const maxAtoms = planeRoom(bars, caches);
    const alone = this.#batches ? aloneOf(sweep, this.#shape) : Number.POSITIVE_INFINITY;
    this.#planes = { source: this.#source, maxAtoms, newPlane, backend, bars, alone };
    this.#strategy = strategyPlanes(sweep, this.space.grid, this.#planes);
    this.#base = backend.tradeList(bars);
    this.#empty = newPlane();
    this.#outer = { long: this.#empty, short: this.#empty };
    this.#inner = this.#outer;
    this.#digits = new Int32Array(sweep.axes.length);
  }

  #rowRoom(bars: number, caches: ScorerCaches): number {
    const shape = this.#shape;
    if (!this.#batches || shape.kind !== "legs") return caches.seriesBytes;
    return legRowRoom(this.sweep, this.space.grid, shape, { bars, caches }) ?? caches.seriesBytes;
  }

  /** Changes what `score...` writes from now on; nothing else is computed anew. */
  measure(metrics: readonly RankingMetric[]): void {
    this.metrics = metrics;
    this.#scorer = null;
  }

  /** What scores batches of neighbouring base variants; null where there is no such engine. */
  batchEngine(): BatchEngine | null {
    const shape = this.#shape;
    if (!this.#batches || shape.kind === "legs") return null;
    const make = () => this.#backend.batchEngine?.({ ...this.#engineTask(), shape }) ?? null;
    return remembered(this.#engines, this.metrics.join(), make);
  }

  /** What scores variants panel by panel; null where they have no independent legs. */
  legEngine(): LegEngine | null {
    const shape = this.#shape;
    if (!this.#batches || shape.kind !== "legs") return null;
    const alone = (...where: Parameters<ScoreAlone>) => this.#scoreAlone(...where);
    const make = () => LegEngine.of({ ...this.#engineTask(), shape }, this.#planes, alone);
    return remembered(this.#legEngines, this.metrics.join(), make);
  }

  #engineTask() {
    const { sweep, space, metrics, clock } = this;
    return { sweep, space, metrics, source: this.#source, clock };
  }

  #scoreAlone(index: number, out: Float64Array, offset: number): void {
    this.seek(index);
    this.scoreBase(out, offset);
  }

  /** Room for the scores of a batch, the same each time: new ones would be garbage soon. */
  batchRoom(length: number): Float64Array {
    if (this.#batchRoom.length < length) this.#batchRoom = new Float64Array(length);
    return this.#batchRoom.subarray(0, length);
  }

  /** Gives the backend's memory back; the scorer must not be used any more. */
  release(): void {
    this.#backend.release();
  }

  /** Made when the first variant is scored by itself: engines do without. */
  get #tradeScorer(): TradeScorer {
    if (this.#scorer !== null) return this.#scorer;
    const { metrics } = this;
    const { periodsPerYear } = this.sweep.execution;
    const make = () => this.#backend.tradeScorer(metrics, periodsPerYear);
    this.#scorer = remembered(this.#scorers, metrics.join(), make);
    return this.#scorer;
  }

  #riskScorerOf(metrics: readonly RankingMetric[]): RiskScorer {
    const { periodsPerYear } = this.sweep.execution;
    const make = () => this.#backend.riskScorer(this.sweep, metrics, periodsPerYear);
    return remembered(this.#riskScorers, metrics.join(), make);
  }

  /** Which backend serves the sweep. */
  get backendName(): ScoringBackend["name"] {
    return this.#backend.name;
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

  /** The current variant's signal over the range: 1 long, -1 short, 0 neutral, a value a bar. */
  signal(): Int8Array {
    this.#signal();
    const [outer, inner] = [this.#outer, this.#inner];
    const { firstBar, lastBar } = this.sweep;
    return Int8Array.from({ length: lastBar - firstBar }, (_, t) => {
      const long = planeBit(outer.long, t) && planeBit(inner.long, t);
      const short = planeBit(outer.short, t) && planeBit(inner.short, t);
      return Number(long) - Number(short);
    });
  }

  /** Scores the current variant with stops off. */
  scoreBase(out: Float64Array, offset: number): void {
    if (this.clock.looks()) {
      this.#lookAtBase(out, offset);
      return;
    }
    this.#signal();
    this.#tradeScorer.scorePlanes(this.#outer, this.#inner, out, offset);
  }

  /** The same, telling the clock of each phase. */
  #lookAtBase(out: Float64Array, offset: number): void {
    this.clock.look("atoms");
    this.#signal();
    this.clock.look("events");
    if (this.#asksReturnOnly()) {
      this.#tradeScorer.scorePlanes(this.#outer, this.#inner, out, offset);
    } else {
      this.#backend.trades(this.#outer, this.#inner, this.#base);
      this.clock.look("metrics");
      this.#tradeScorer.score(this.#base, out, offset);
    }
    this.clock.enterVariants();
  }

  /** Opens the current variant's risk grid; then ask for its cells. */
  openRisk(): void {
    this.clock.enter("atoms");
    this.#signal();
    this.clock.enter("events");
    this.#backend.trades(this.#outer, this.#inner, this.#base);
    this.clock.enter("stops");
    this.#risk = this.#riskScorerOf(this.metrics);
    this.#risk.open(this.#base);
    this.clock.enter("metrics");
  }

  /**
   * Opens it and finds every first hit; then ask for its rows, whose scoring the clock takes for
   * metrics.
   */
  openRiskRows(): void {
    this.openRisk();
    this.clock.enter("stops");
    this.#risk!.openRows();
    this.clock.enter("metrics");
  }

  /**
   * Scores a row of the grid that `openRiskRows` has opened: all targets of one pair of a stop and
   * a trailing stop (stop outer), metric `m` to `columns[m]` from `at` on.
   */
  scoreRiskRow(pair: number, columns: readonly Float64Array[], at: number): void {
    this.#risk!.scoreRow(pair, columns, at);
  }

  /** Scores one cell (stop outer, then trailing stop, target inner) of the open grid. */
  scoreCell(cell: number, out: Float64Array, offset: number): void {
    const targets = this.sweep.targets.length;
    const pair = Math.floor(cell / targets);
    this.#risk!.scoreCell(pair, cell - pair * targets, out, offset);
  }

  #asksReturnOnly(): boolean {
    const allIn = this.sweep.execution.sizing === "ALL_IN";
    return allIn && asksReturnOnly(this.metrics);
  }

  /** Leaves the signal of the current digits as `outer AND inner`. */
  #signal(): void {
    this.#source.makeRoom();
    this.#strategy.at(this.#digits);
    this.#outer = this.#strategy.outer;
    this.#inner = this.#oneSided(this.#strategy.inner);
  }

  /** A side that the direction forbids is empty, and the AND keeps it so. */
  #oneSided(pair: PlanePair): PlanePair {
    const { direction } = this.sweep.execution;
    if (direction === "LONG_SHORT") return pair;
    return direction === "LONG_ONLY"
      ? { long: pair.long, short: this.#empty }
      : { long: this.#empty, short: pair.short };
  }
}

function remembered<T>(known: Map<string, T>, key: string, make: () => T): T {
  if (!known.has(key)) known.set(key, make());
  return known.get(key)!;
}

/** The backend asked for where it serves the sweep, else the readable one. */
function backendFor(
  sweep: Sweep,
  market: RangeMarket,
  factory: BackendFactory | undefined,
): ScoringBackend {
  const rules = new AccountRules(sweep.execution);
  if (factory !== undefined && isServedByEveryBackend(sweep)) return factory(rules, market);
  return new ReferenceBackend(rules, market, new FillRules(sweep.execution));
}
