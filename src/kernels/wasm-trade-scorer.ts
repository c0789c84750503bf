import type { AccountRules } from "../core/execution/account.ts";
import type { TradeList } from "../core/execution/trade-list.ts";
import { totalReturnPct } from "../core/metrics/ranking-formulas.ts";
import type { RankingMetric } from "../core/metrics/ranking-metric.ts";
import {
  NEEDS_DAYS,
  NEEDS_DRAWDOWN,
  NEEDS_TRADES,
  rankingValue,
  type VariantSums,
} from "../core/metrics/ranking-values.ts";
import { Days } from "../core/series/days.ts";
import { RangeExtremes } from "../core/series/range-extremes.ts";
import type { PlanePair, TradeScorer } from "../core/stages/backend.ts";
import type { WasmBackend } from "./wasm-backend.ts";

/** Positions of the sums that assembly/settle.ts leaves, in its order. */
const SUMS = {
  equity: 0,
  count: 1,
  wins: 2,
  grossProfit: 3,
  grossLoss: 4,
  returnSum: 5,
  deepest: 6,
  days: 7,
  growth: 8,
  dailySum: 9,
  downsideSum: 10,
  broken: 11,
  squares: 12,
  length: 13,
} as const;

export const WATCH_DRAWDOWN = 1;
export const WATCH_DAYS = 2;
export const WATCH_TRADES = 4;

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
  readonly #trades: TradeList;
  readonly #reciprocalAt: number;
  #extremes: readonly [number, number, number, number] | null = null;
  /** Days, and where kernels find their last bars, the day of each bar, and room for changes. */
  days: readonly [number, number, number, number] | null = null;
  readonly #sums: Float64Array;

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
    this.#returnOnly =
      rules.sizing === "ALL_IN" && metrics.every((metric) => metric === "totalReturnPct");
    this.#trades = backend.tradeList(backend.close.length);
    this.#sums = backend.memory.float64(SUMS.length);
    const drawdown = metrics.some((metric) => NEEDS_DRAWDOWN.includes(metric));
    const days = metrics.some((metric) => NEEDS_DAYS.includes(metric));
    const trades = metrics.some((metric) => NEEDS_TRADES.includes(metric));
    this.watch =
      (drawdown ? WATCH_DRAWDOWN : 0) | (days ? WATCH_DAYS : 0) | (trades ? WATCH_TRADES : 0);
    const reciprocal = backend.memory.float64(backend.close.length);
    reciprocal.set(backend.close.map((price) => 1 / price));
    if (drawdown) this.#shareExtremes();
    if (days) this.#shareDays();
    this.#reciprocalAt = reciprocal.byteOffset;
  }

  scorePlanes(a: PlanePair, b: PlanePair, out: Float64Array, offset: number): void {
    const backend = this.#backend;
    if (!this.#returnOnly) {
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
    const sums = readSums(this.#sums);
    for (let m = 0; m < this.metrics.length; m++) {
      out[offset + m] = rankingValue(this.metrics[m], sums, this.#settings);
    }
  }

  /** Tells the kernels this scorer's market, unless they hold it. */
  #activate(): void {
    const backend = this.#backend;
    if (backend.active === this) return;
    backend.active = this;
    const { kernels, close, rulesAt } = backend;
    const { length, byteOffset } = close;
    kernels.setMarket(rulesAt, byteOffset, length, this.watch, this.#reciprocalAt);
    if (this.#extremes !== null) kernels.setExtremes(...this.#extremes);
    if (this.days !== null) kernels.setDays(...this.days);
  }

  #shareExtremes(): void {
    const { memory, close } = this.#backend;
    const { minima, maxima } = new RangeExtremes(close).tables();
    const rowLength = minima[0].length;
    const share = (rows: readonly Float64Array[]) => {
      const room = memory.float64(rows.length * rowLength);
      for (const [level, row] of rows.entries()) room.set(row, level * rowLength);
      return room.byteOffset;
    };
    this.#extremes = [close.byteOffset, share(minima), share(maxima), rowLength];
  }

  #shareDays(): void {
    const { memory, market } = this.#backend;
    const days = new Days(market.openTimes, market.timeframeMs);
    const lastBar = memory.int32(days.count);
    lastBar.set(days.lastBar);
    const dayOf = memory.int32(days.dayOf.length);
    dayOf.set(days.dayOf);
    const changes = memory.float64(days.count);
    this.days = [days.count, lastBar.byteOffset, dayOf.byteOffset, changes.byteOffset];
  }
}

function readSums(sums: Float64Array): VariantSums {
  const squares = sums[SUMS.squares];
  return {
    equity: sums[SUMS.equity],
    trades: {
      count: sums[SUMS.count],
      wins: sums[SUMS.wins],
      grossProfit: sums[SUMS.grossProfit],
      grossLoss: sums[SUMS.grossLoss],
      returnSum: sums[SUMS.returnSum],
    },
    deepest: sums[SUMS.deepest],
    daily: {
      days: sums[SUMS.days],
      growth: sums[SUMS.growth],
      returnSum: sums[SUMS.dailySum],
      downsideSum: sums[SUMS.downsideSum],
      broken: sums[SUMS.broken] === 1,
      squares: () => squares,
    },
  };
}
