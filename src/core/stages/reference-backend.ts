import type { AccountRules } from "../execution/account.ts";
import { EventEngine } from "../execution/event-engine.ts";
import { AT_CLOSES, type FillRules } from "../execution/fill-rules.ts";
import { FundedEventEngine } from "../execution/funded-event-engine.ts";
import { type RiskGrid, StopTable } from "../execution/stop-table.ts";
import {
  placeFills,
  priceFills,
  signalRuns,
  TradeList,
  tradeFactors,
  tradesFromPlanes,
} from "../execution/trade-list.ts";
import type { RankingMetric } from "../metrics/ranking-metric.ts";
import {
  andPlanes,
  type BitPlane,
  clearPlane,
  createPlane,
  latchPlane,
  notPlane,
  orPlanes,
} from "../series/bit-plane.ts";
import type { Comparison } from "../signals/atom.ts";
import { comparePlane } from "../signals/atom-plane.ts";
import type {
  PlanePair,
  RangeMarket,
  RiskScorer,
  RowFamily,
  ScoringBackend,
  TradeScorer,
} from "./backend.ts";
import type { BatchEngine, BatchTask } from "./batch-engine.ts";
import { ReadableLegLoops } from "./readable-leg-loops.ts";
import { ReadablePairEngine } from "./readable-pair-engine.ts";

/** The readable backend: ordinary memory, plain TypeScript, every fill mode and cost. */
export class ReferenceBackend implements ScoringBackend {
  readonly name = "reference";
  readonly #rules: AccountRules;
  readonly #market: RangeMarket;
  readonly #fills: FillRules;
  /** Chosen once a sweep: trades that fill at their own close, unfunded, take fewer passes. */
  readonly #atOnce: boolean;
  readonly #both: PlanePair;
  #table: StopTable | null = null;

  constructor(rules: AccountRules, market: RangeMarket, fills: FillRules = AT_CLOSES) {
    this.#rules = rules;
    this.#market = market;
    this.#fills = fills;
    const { mode, entryDelayBars } = fills;
    this.#atOnce = mode === "CLOSE" && entryDelayBars === 0 && !rules.isFunded;
    const bars = market.close.length;
    this.#both = { long: createPlane(bars), short: createPlane(bars) };
  }

  plane(bars: number): BitPlane {
    return createPlane(bars);
  }

  numbers(length: number): Float64Array {
    return new Float64Array(length);
  }

  tradeList(bars: number, entries?: TradeList): TradeList {
    return TradeList.allocate(bars, entries);
  }

  compare(left: Float64Array, op: Comparison, right: Float64Array | number, plane: BitPlane): void {
    comparePlane(left, op, right, plane);
  }

  and(a: PlanePair, b: PlanePair, out: PlanePair): void {
    andPlanes(a.long, b.long, out.long);
    andPlanes(a.short, b.short, out.short);
  }

  clear(plane: BitPlane, other: BitPlane): void {
    clearPlane(plane, other);
  }

  combine(op: "and" | "or", a: BitPlane, b: BitPlane, out: BitPlane): void {
    (op === "and" ? andPlanes : orPlanes)(a, b, out);
  }

  not(plane: BitPlane, out: BitPlane): void {
    notPlane(plane, this.#market.close.length, out);
  }

  latch(set: BitPlane, reset: BitPlane, out: BitPlane): void {
    latchPlane(set, reset, this.#market.close.length, out);
  }

  rowFamily(rows: number, maxBytes: number): RowFamily | null {
    const bytes = rows * this.#market.close.length * Float64Array.BYTES_PER_ELEMENT;
    return bytes <= maxBytes ? new ReferenceRowFamily(rows) : null;
  }

  batchEngine(task: BatchTask): BatchEngine | null {
    const { shape } = task;
    if (shape.kind !== "pairs" || !this.#atOnce) return null;
    return ReadablePairEngine.of({ ...task, shape }, this.#rules, this.#market);
  }

  legLoops(): ReadableLegLoops {
    return new ReadableLegLoops(this.#rules, this.#market);
  }

  trades(a: PlanePair, b: PlanePair, trades: TradeList): void {
    const { close } = this.#market;
    const { long, short } = this.#both;
    this.and(a, b, this.#both);
    if (this.#atOnce) {
      tradesFromPlanes(long, short, close.length, trades);
      tradeFactors(this.#rules, close, trades);
      return;
    }
    signalRuns(long, short, close.length, trades);
    placeFills(this.#fills, close.length, trades);
    priceFills(this.#rules, this.#fills, this.#market, trades);
  }

  tradeScorer(metrics: readonly RankingMetric[], periodsPerYear: number): TradeScorer {
    const engine = this.#engine(metrics, periodsPerYear);
    const trades = this.tradeList(this.#market.close.length);
    return {
      scorePlanes: (a, b, out, offset) => {
        this.trades(a, b, trades);
        engine.score(trades, out, offset);
      },
      score: (list, out, offset) => engine.score(list, out, offset),
    };
  }

  riskScorer(
    grid: RiskGrid,
    metrics: readonly RankingMetric[],
    periodsPerYear: number,
  ): RiskScorer {
    const table = this.#tableOf(grid);
    const engine = this.#engine(metrics, periodsPerYear);
    return new ReferenceRiskScorer(table, engine, { targets: grid.targets.length, metrics });
  }

  release(): void {}

  /** One for all metrics: there is one open risk grid at a time. */
  #tableOf(grid: RiskGrid): StopTable {
    if (this.#table?.grid !== grid) {
      this.#table = new StopTable(this.#rules, this.#fills, this.#market, grid);
    }
    return this.#table;
  }

  #engine(metrics: readonly RankingMetric[], periodsPerYear: number): EventEngine {
    const Engine = this.#rules.isFunded ? FundedEventEngine : EventEngine;
    return new Engine(this.#rules, this.#fills, this.#market, metrics, periodsPerYear);
  }
}

/** Selects the trades of each cell from the first hits and settles them one after the other. */
class ReferenceRiskScorer implements RiskScorer {
  readonly #table: StopTable;
  readonly #engine: EventEngine;
  readonly #targets: number;
  readonly #row: Float64Array;
  /** Which fill of the table, which other scorers of the grid have as well, is the open one. */
  #filled = -1;
  #base = TradeList.allocate(0);
  #cell = this.#base;

  constructor(
    table: StopTable,
    engine: EventEngine,
    shape: { readonly targets: number; readonly metrics: readonly RankingMetric[] },
  ) {
    this.#table = table;
    this.#engine = engine;
    this.#targets = shape.targets;
    this.#row = new Float64Array(shape.metrics.length);
  }

  open(base: TradeList): void {
    if (base !== this.#base) this.#cell = TradeList.allocate(base.exit.length - 1, base);
    this.#base = base;
    this.#table.fill(base);
    this.#filled = this.#table.fills;
  }

  openRows(): void {}

  scoreRow(pair: number, columns: readonly Float64Array[], at: number): void {
    for (let target = 0; target < this.#targets; target++) {
      this.scoreCell(pair, target, this.#row, 0);
      for (let m = 0; m < columns.length; m++) columns[m][at + target] = this.#row[m];
    }
  }

  scoreCell(pair: number, target: number, out: Float64Array, offset: number): void {
    if (this.#table.fills !== this.#filled) throw new Error("another scorer has its trades open");
    this.#table.select(pair, target, this.#cell);
    this.#engine.score(this.#cell, out, offset);
  }
}

/** Rows kept as they are. */
class ReferenceRowFamily implements RowFamily {
  readonly #rows: Float64Array[];

  constructor(rows: number) {
    this.#rows = Array.from({ length: rows }, () => new Float64Array(0));
  }

  set(row: number, series: Float64Array): void {
    this.#rows[row] = series;
  }

  seal(): void {}

  compare(a: number, b: number, planes: PlanePair): void {
    comparePlane(this.#rows[a], ">", this.#rows[b], planes.long);
    comparePlane(this.#rows[a], "<", this.#rows[b], planes.short);
  }
}
