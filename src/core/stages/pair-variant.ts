import {
  type Account,
  type AccountRules,
  LONG,
  openAccount,
  SHORT,
  type Side,
} from "../execution/account.ts";
import type { VariantSums } from "../metrics/ranking-values.ts";
import { DailyTally, DrawdownTally, TradeTally } from "../metrics/tallies.ts";
import type { Days } from "../series/days.ts";

/** What the variants of a batch share. */
export interface PairMarket {
  readonly rules: AccountRules;
  /** Closes of the range. */
  readonly close: Float64Array;
  /** Sides that are traded. */
  readonly long: boolean;
  readonly short: boolean;
  /** Whether drawdowns are asked for, and the days where daily returns are. */
  readonly drawdowns: boolean;
  readonly days: Days | null;
}

/**
 * A variant that is long where one row is above another and short where it is below, bar by bar:
 * what it carries from one block of bars to the next. Fills at closes, without funding.
 */
export class PairVariant {
  readonly #market: PairMarket;
  readonly #left: Float64Array;
  readonly #right: Float64Array;
  readonly #account: Account;
  readonly #trades = new TradeTally();
  readonly #drawdown = new DrawdownTally();
  readonly #daily: DailyTally;
  /** The side signalled since the last flip; null is none. */
  #signal: Side | null = null;
  /** The side of the open trade, and the price of its entry. */
  #held: Side | null = null;
  #entryPrice = 0;
  #nextDay = 0;

  constructor(market: PairMarket, left: Float64Array, right: Float64Array) {
    this.#market = market;
    this.#left = left;
    this.#right = right;
    this.#account = openAccount(market.rules);
    this.#daily = new DailyTally(market.days?.count ?? 0);
  }

  /** Bars `[from, to)`, which follow those before; what is open in the end leaves at the last. */
  goOn(from: number, to: number): void {
    const { close, drawdowns, days } = this.#market;
    const watched = drawdowns || days !== null;
    for (let t = from; t < to; t++) {
      const signal = this.#signalAt(t);
      if (signal !== this.#signal) this.#turn(signal, close[t]);
      if (t === close.length - 1) this.#leave(close[t]);
      if (watched) this.#watch(t);
    }
  }

  sums(): VariantSums {
    return {
      equity: this.#account.equity(),
      trades: this.#trades,
      deepest: this.#drawdown.deepest,
      daily: this.#daily,
    };
  }

  /** NaN is neither above nor below. */
  #signalAt(t: number): Side | null {
    const { long, short } = this.#market;
    if (long && this.#left[t] > this.#right[t]) return LONG;
    return short && this.#left[t] < this.#right[t] ? SHORT : null;
  }

  #turn(signal: Side | null, price: number): void {
    this.#leave(price);
    this.#signal = signal;
    if (signal === null || !this.#account.canEnter()) return;
    this.#held = signal;
    this.#entryPrice = price;
  }

  #leave(price: number): void {
    if (this.#held === null) return;
    const stake = this.#account.stake();
    this.#account.close(this.#market.rules.factor(this.#held, this.#entryPrice, price));
    this.#trades.add(this.#account.netProfit, stake);
    this.#held = null;
  }

  /** Equity at the close of a bar, for those who ask. */
  #watch(t: number): void {
    const { rules, close, drawdowns, days } = this.#market;
    const endsDay = days !== null && days.lastBar[this.#nextDay] === t;
    if (!drawdowns && !endsDay) return;
    const equity =
      this.#held === null
        ? this.#account.equity()
        : this.#account.equityAt(rules.mark(this.#held, this.#entryPrice, close[t]));
    if (drawdowns) this.#drawdown.add(equity);
    if (!endsDay) return;
    if (this.#nextDay++ === 0) this.#daily.start(equity);
    else this.#daily.add(equity);
  }
}
