import type { RankingMetric } from "../metrics/ranking-metric.ts";
import { NEEDS_DAYS, NEEDS_DRAWDOWN, rankingValue } from "../metrics/ranking-values.ts";
import { DailyTally, DrawdownTally, drawdown, TradeTally } from "../metrics/tallies.ts";
import { Days } from "../series/days.ts";
import { RangeExtremes } from "../series/range-extremes.ts";
import { type Account, type AccountRules, LONG, openAccount, type Side } from "./account.ts";
import type { FillRules, PriceColumns } from "./fill-rules.ts";
import type { TradeList } from "./trade-list.ts";

/** Bars of the traded range. */
export interface EventRange extends PriceColumns {
  /** UTC epoch milliseconds. */
  readonly openTimes: Float64Array;
  readonly timeframeMs: number;
}

/**
 * Scores a trade list without a bar loop: the account moves only where a trade closes, drawdown
 * looks at the extreme closes of held segments, daily returns at the closes of held days. Feeds the
 * same account and tallies as the reference engine with the same values, so every metric has the
 * same bits. For sweeps that pay no funding: funded-event-engine.ts has the others.
 */
export class EventEngine {
  readonly rules: AccountRules;
  readonly fills: FillRules;
  readonly close: Float64Array;
  /** Prices at which entries fill. */
  readonly entryPrices: Float64Array;
  readonly #metrics: readonly RankingMetric[];
  readonly #periodsPerYear: number;
  protected readonly account: Account;
  readonly #trades = new TradeTally();
  protected readonly drawdown = new DrawdownTally();
  readonly #days: Days | null;
  readonly #daily: DailyTally;
  readonly #extremes: RangeExtremes | null;
  /** First day whose equity has not been fed to the daily tally yet. */
  #nextDay = 0;

  /** `metrics` fixes what `score` computes, in that order. */
  constructor(
    rules: AccountRules,
    fills: FillRules,
    range: EventRange,
    metrics: readonly RankingMetric[],
    periodsPerYear: number,
  ) {
    this.rules = rules;
    this.close = range.close;
    this.fills = fills;
    this.entryPrices = fills.fillPrices(range);
    this.#metrics = metrics;
    this.#periodsPerYear = periodsPerYear;
    this.account = openAccount(rules);
    const drawdowns = metrics.some((metric) => NEEDS_DRAWDOWN.includes(metric));
    const days = metrics.some((metric) => NEEDS_DAYS.includes(metric));
    this.#extremes = drawdowns ? new RangeExtremes(range.close) : null;
    this.#days = days ? new Days(range.openTimes, range.timeframeMs) : null;
    this.#daily = new DailyTally(this.#days?.count ?? 0);
  }

  /** Writes the metrics of the trades to `out` from `offset` on. NaN where undefined. */
  score(trades: TradeList, out: Float64Array, offset: number): void {
    this.#settle(trades);
    const settings = { startCash: this.rules.startCash, periodsPerYear: this.#periodsPerYear };
    const sums = {
      equity: this.account.equity(),
      trades: this.#trades,
      deepest: this.drawdown.deepest,
      daily: this.#daily,
    };
    for (let m = 0; m < this.#metrics.length; m++) {
      out[offset + m] = rankingValue(this.#metrics[m], sums, settings);
    }
  }

  #settle(trades: TradeList): void {
    const { side, entry, exit, factor } = trades;
    const account = this.account;
    const watched = this.#extremes !== null || this.#days !== null;
    account.reset();
    this.#trades.reset();
    this.drawdown.reset();
    this.#nextDay = 0;
    let flatFrom = 0;
    for (let i = 0; i < trades.count; i++) {
      if (!account.canEnter()) break;
      if (watched) {
        this.#flat(flatFrom, entry[i]);
        this.#held(side[i] as Side, entry[i], exit[i]);
        flatFrom = exit[i];
      }
      const stake = account.stake();
      account.close(factor[i]);
      this.#trades.add(account.netProfit, stake);
    }
    if (watched) this.#flat(flatFrom, this.close.length);
  }

  /** Bars `[from, to)` without a position. */
  #flat(from: number, to: number): void {
    if (from >= to) return;
    const equity = this.account.equity();
    this.drawdown.add(equity);
    if (this.#days === null) return;
    const until = to < this.close.length ? this.#days.dayOf[to] : this.#days.count;
    if (this.#nextDay < until) {
      this.#day(equity);
      this.#daily.addQuiet(until - this.#nextDay);
      this.#nextDay = until;
    }
  }

  /** Closes of bars `[from, to)`, which a trade that was entered on `from` is held over. */
  #held(side: Side, from: number, to: number): void {
    if (from >= to) return;
    if (this.#extremes !== null) this.heldDrawdown(side, from, to);
    if (this.#days === null) return;
    const { lastBar, count } = this.#days;
    while (this.#nextDay < count && lastBar[this.#nextDay] < to) {
      this.#day(this.equityAt(side, from, lastBar[this.#nextDay]));
    }
  }

  /** Equity at the close of `bar`, over which a trade is held. */
  protected equityAt(side: Side, entryBar: number, bar: number): number {
    const mark = this.rules.mark(side, this.entryPrices[entryBar], this.close[bar]);
    return this.account.equityAt(mark);
  }

  #day(equity: number): void {
    if (this.#nextDay === 0) this.#daily.start(equity);
    else this.#daily.add(equity);
    this.#nextDay++;
  }

  /**
   * Equity is monotone in the close while a trade is open, so its extremes sit at the segment's
   * extreme closes.
   */
  protected heldDrawdown(side: Side, from: number, to: number): void {
    const tally = this.drawdown;
    const extremes = this.#extremes!;
    extremes.query(from, to);
    const entryPrice = this.entryPrices[from];
    const { min, max } = extremes;
    const good = side === LONG ? max : min;
    const bad = side === LONG ? min : max;
    const best = this.account.equityAt(this.rules.mark(side, entryPrice, good));
    const worst = this.account.equityAt(this.rules.mark(side, entryPrice, bad));
    if (best <= tally.peak) {
      const depth = drawdown(worst, tally.peak);
      if (depth > tally.deepest) tally.deepest = depth;
    } else if (worst >= 0 && drawdown(worst, best) <= tally.deepest) {
      tally.peak = best;
    } else {
      this.#scanDrawdown(side, from, to);
    }
  }

  /**
   * Deepest fall of a segment that reaches a new peak. Equity follows the close, so only the best
   * close so far and the worst one since matter; equity is computed where a fall ends. Until the
   * old peak is passed it stays the peak.
   */
  #scanDrawdown(side: Side, from: number, to: number): void {
    const tally = this.drawdown;
    const sign = side === LONG ? 1 : -1;
    let passed = false;
    let best = from;
    let worst = from;
    for (let t = from; t < to; t++) {
      const price = sign * this.close[t];
      if (t === from || price > sign * this.close[best]) {
        if (!passed) {
          passed = this.equityAt(side, from, t) > tally.peak;
          if (passed && t > from) this.#endFall(side, from, worst);
        } else if (worst !== best) {
          tally.peak = this.equityAt(side, from, best);
          this.#endFall(side, from, worst);
        }
        best = t;
        if (passed) worst = t;
      } else if (price < sign * this.close[worst]) worst = t;
    }
    if (passed) tally.peak = this.equityAt(side, from, best);
    this.#endFall(side, from, worst);
  }

  #endFall(side: Side, entryBar: number, worstBar: number): void {
    const depth = drawdown(this.equityAt(side, entryBar, worstBar), this.drawdown.peak);
    if (depth > this.drawdown.deepest) this.drawdown.deepest = depth;
  }
}
