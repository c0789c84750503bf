import type { AccountRules } from "../execution/account.ts";
import { EventEngine } from "../execution/event-engine.ts";
import { type RiskAxis, StopTable } from "../execution/stop-table.ts";
import { TradeList, tradeFactors, tradesFromPlanes } from "../execution/trade-list.ts";
import type { RankingMetric } from "../metrics/ranking-metric.ts";
import { andPlanes, type BitPlane, clearPlane, createPlane } from "../series/bit-plane.ts";
import type { Comparison } from "../signals/atom.ts";
import { comparePlane } from "../signals/atom-plane.ts";
import type { PlanePair, RangeMarket, ScoringBackend, TradeScorer } from "./backend.ts";

/** The readable backend: ordinary memory, plain TypeScript. */
export class ReferenceBackend implements ScoringBackend {
  readonly name = "reference";
  readonly #rules: AccountRules;
  readonly #market: RangeMarket;

  constructor(rules: AccountRules, market: RangeMarket) {
    this.#rules = rules;
    this.#market = market;
  }

  plane(bars: number): BitPlane {
    return createPlane(bars);
  }

  tradeList(bars: number, entries?: TradeList): TradeList {
    return TradeList.allocate(bars, entries);
  }

  compare(left: Float64Array, op: Comparison, right: Float64Array | number, plane: BitPlane): void {
    comparePlane(left, op, right, plane);
  }

  and(a: BitPlane, b: BitPlane, out: BitPlane): void {
    andPlanes(a, b, out);
  }

  clear(plane: BitPlane, other: BitPlane): void {
    clearPlane(plane, other);
  }

  trades(planes: PlanePair, trades: TradeList): void {
    const { close } = this.#market;
    tradesFromPlanes(planes.long, planes.short, close.length, trades);
    tradeFactors(this.#rules, close, trades);
  }

  tradeScorer(metrics: readonly RankingMetric[], periodsPerYear: number): TradeScorer {
    return new EventEngine(this.#rules, this.#market, metrics, periodsPerYear);
  }

  riskTable(stops: RiskAxis, targets: RiskAxis): StopTable {
    return new StopTable(this.#rules, this.#market.close, stops, targets);
  }
}
