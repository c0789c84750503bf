import type { AccountRules } from "../core/execution/account.ts";
import type { TradeList } from "../core/execution/trade-list.ts";
import { totalReturnPct } from "../core/metrics/ranking-formulas.ts";
import type { RankingMetric } from "../core/metrics/ranking-metric.ts";
import { asksReturnOnly, rankingValue } from "../core/metrics/ranking-values.ts";
import type { PlanePair, TradeScorer } from "../core/stages/backend.ts";
import { SUMS, SumsView, WATCH_DAYS, WATCH_DRAWDOWN, watchFor } from "./variant-sums.ts";
import type { WasmBackend } from "./wasm-backend.ts";

/** Settles trade lists in WASM and turns the sums into metrics with the core's own formulas. */
export class WasmTradeScorer implements TradeScorer {
  readonly #backend: WasmBackend;
  readonly metrics: readonly RankingMetric[];
  readonly #settings: { readonly startCash: number; readonly periodsPerYear: number };
  readonly periodsPerYear: number;
  readonly #rules: AccountRules;
  /** What the metrics need beside the end cash. */
  readonly watch: number;
  /** True where the end cash is all that is asked for, of an account that puts everything in. */
  readonly #returnOnly: boolean;
  /** Room for the trades of one variant; made when planes are first scored. */
  #trades: TradeList | null = null;
  /** Days where any metric needs them; see MarketTables. */
  readonly days: readonly [number, number, number, number] | null;
  readonly #sums: Float64Array;
  readonly #view: SumsView;

  constructor(
    backend: WasmBackend,
    metrics: readonly RankingMetric[],
    settings: { readonly rules: AccountRules; readonly periodsPerYear: number },
  ) {
    this.#backend = backend;
    this.metrics = metrics;
    const { rules, periodsPerYear } = settings;
    this.#rules = rules;
    this.periodsPerYear = periodsPerYear;
    this.#settings = { startCash: rules.startCash, periodsPerYear };
    this.#returnOnly = rules.sizing === "ALL_IN" && asksReturnOnly(metrics);
    this.#sums = backend.memory.float64(SUMS.length);
    this.#view = new SumsView(this.#sums);
    this.watch = watchFor(metrics);
    this.days = (this.watch & WATCH_DAYS) === 0 ? null : backend.tables.days;
  }

  scorePlanes(a: PlanePair, b: PlanePair, out: Float64Array, offset: number): void {
    const backend = this.#backend;
    if (!this.#returnOnly) {
      this.#trades ??= backend.tradeList(backend.close.length);
      backend.trades(a, b, this.#trades);
      this.score(this.#trades, out, offset);
      return;
    }
    const { startCash, ruin } = this.#rules;
    const endCash = backend.kernels.returnFromPlanes(
      a.long.byteOffset,
      a.short.byteOffset,
      b.long.byteOffset,
      b.short.byteOffset,
      backend.close.length,
      backend.events.byteOffset,
      backend.rulesAt,
      backend.close.byteOffset,
      startCash,
      ruin,
    );
    out.fill(totalReturnPct(endCash, startCash), offset, offset + this.metrics.length);
  }

  score(trades: TradeList, out: Float64Array, offset: number): void {
    this.#activate();
    this.#backend.kernels.settle(
      trades.count,
      trades.side.byteOffset,
      trades.entry.byteOffset,
      trades.exit.byteOffset,
      trades.factor.byteOffset,
      this.#sums.byteOffset,
    );
    const sums = this.#view;
    for (let m = 0; m < this.metrics.length; m++) {
      out[offset + m] = rankingValue(this.metrics[m], sums, this.#settings);
    }
  }

  /** Tells the kernels this scorer's market, unless they hold it. */
  #activate(): void {
    const backend = this.#backend;
    if (backend.active === this) return;
    backend.active = this;
    const { kernels, close, rulesAt, tables } = backend;
    const { length, byteOffset } = close;
    const watchesDrawdown = (this.watch & WATCH_DRAWDOWN) !== 0;
    const reciprocal = watchesDrawdown ? tables.reciprocal : 0;
    kernels.setMarket(rulesAt, byteOffset, length, this.watch, reciprocal);
    if (watchesDrawdown) kernels.setExtremes(...tables.extremes);
    if (this.days !== null) kernels.setDays(...this.days);
  }
}
