import type { RankingMetric } from "../metrics/ranking-metric.ts";
import { asksReturnOnly, NEEDS_DAYS, type VariantSums } from "../metrics/ranking-values.ts";
import { DailyTally, DrawdownTally, TradeTally } from "../metrics/tallies.ts";
import { type BitPlane, planeBit } from "../series/bit-plane.ts";
import { Days } from "../series/days.ts";
import { type AccountRules, LONG, SHORT, type Side } from "./account.ts";
import type { EventRange } from "./event-engine.ts";
import type { LevelLegs } from "./level-legs.ts";

/** Legs of one side, each held where its comparison holds and the gate is open. */
export interface GatedLegs {
  readonly legs: LevelLegs;
  readonly gate: BitPlane;
}

/** How many legs each side of a panel has, and what is asked of its pairs. */
export interface PanelSize {
  readonly rows: number;
  readonly columns: number;
  readonly metrics: readonly RankingMetric[];
  /** Whether a pair is asked for. */
  has(row: number, column: number): boolean;
}

/**
 * Variants that each combine a long leg with a short one: an account a pair, long legs by rows and
 * short legs by columns.
 */
export interface LegPanel {
  /** Numbers from one row to the next. */
  readonly stride: number;
  /** Settles all pairs; means nothing for a pair whose legs hold at one bar both. */
  settle(long: GatedLegs, short: GatedLegs): void;
  /** End cash of a pair after `settle`, by its place. */
  cash(place: number): number;
  /** Sums of a pair from which the metrics follow; good until the next call. */
  sums(place: number): VariantSums;
}

/**
 * The readable panel. Where its legs exclude one another, a long trade of a pair does not depend on
 * the short leg: what ends a long leg multiplies a row, what ends a short one a column. Each
 * account still gets its own factors in the order of its trades, so all bits are those of the
 * event engine. For accounts that put everything in, at fills on closes and without funding.
 */
export class ReadableLegPanel implements LegPanel {
  readonly stride: number;
  readonly #rules: AccountRules;
  readonly #close: Float64Array;
  readonly #days: Days | null;
  readonly #rows: number;
  readonly #pairs: readonly Pair[];
  /** Whether more than the end cash is asked for. */
  readonly #watched: boolean;
  /** Entry prices of the legs that are held, by side. */
  readonly #entries: readonly [Float64Array, Float64Array];

  constructor(rules: AccountRules, range: EventRange, { rows, columns, metrics }: PanelSize) {
    this.#rules = rules;
    this.#close = range.close;
    this.#rows = rows;
    this.stride = columns;
    this.#watched = !asksReturnOnly(metrics);
    const asksDays = metrics.some((metric) => NEEDS_DAYS.includes(metric));
    this.#days = asksDays ? new Days(range.openTimes, range.timeframeMs) : null;
    const days = this.#days?.count ?? 0;
    this.#pairs = Array.from({ length: rows * columns }, () => new Pair(days));
    this.#entries = [new Float64Array(rows), new Float64Array(columns)];
  }

  cash(place: number): number {
    return this.#pairs[place].equity;
  }

  sums(place: number): VariantSums {
    return this.#pairs[place];
  }

  settle(long: GatedLegs, short: GatedLegs): void {
    for (const pair of this.#pairs) pair.open(this.#rules.startCash);
    const sides = [
      { ...long, side: LONG, held: 0 },
      { ...short, side: SHORT, held: 0 },
    ] as const;
    const close = this.#close;
    const last = close.length - 1;
    for (let t = 0; t < close.length; t++) {
      for (const one of sides) {
        const now = planeBit(one.gate, t) ? one.legs.counts[t] : 0;
        this.#exit(one.side, now, one.held, close[t]);
        for (let leg = one.held; leg < now; leg++) this.#entries[one.side][leg] = close[t];
        (one as { held: number }).held = now;
      }
      if (t < last && this.#watched) this.#mark(t, sides[LONG].held, sides[SHORT].held);
    }
    for (const { side, held } of sides) this.#exit(side, 0, held, close[last]);
    if (this.#watched) this.#mark(last, 0, 0);
  }

  /** Legs `[from, to)` exit. */
  #exit(side: Side, from: number, to: number, price: number): void {
    for (let leg = from; leg < to; leg++) {
      const factor = this.#rules.factor(side, this.#entries[side][leg], price);
      if (side === LONG) {
        for (let column = 0; column < this.stride; column++) this.#closeTrade(leg, column, factor);
      } else for (let row = 0; row < this.#rows; row++) this.#closeTrade(row, leg, factor);
    }
  }

  #closeTrade(row: number, column: number, factor: number): void {
    const pair = this.#pairs[row * this.stride + column];
    if (pair.equity > this.#rules.ruin) pair.close(factor);
  }

  /** Equity of all pairs at the close of bar `t`, with so many legs of each side held. */
  #mark(t: number, longs: number, shorts: number): void {
    const endsDay = this.#days !== null && this.#days.lastBar[this.#days.dayOf[t]] === t;
    for (const [place, pair] of this.#pairs.entries()) {
      const row = Math.floor(place / this.stride);
      const column = place % this.stride;
      let mark = 1;
      if (row < longs) mark = this.#markOf(LONG, row, t);
      else if (column < shorts) mark = this.#markOf(SHORT, column, t);
      const equity = pair.equity > this.#rules.ruin ? pair.equity * mark : pair.equity;
      pair.drawdown.add(equity);
      if (endsDay) pair.addDay(equity);
    }
  }

  #markOf(side: Side, leg: number, t: number): number {
    return this.#rules.mark(side, this.#entries[side][leg], this.#close[t]);
  }
}

/** The account of a pair, and what its trades and bars add up to. */
class Pair implements VariantSums {
  /** Cash, which is the equity once all trades are closed. */
  equity = 0;
  readonly trades = new TradeTally();
  readonly drawdown = new DrawdownTally();
  readonly daily: DailyTally;
  #hasDay = false;

  constructor(days: number) {
    this.daily = new DailyTally(days);
  }

  get deepest(): number {
    return this.drawdown.deepest;
  }

  open(cash: number): void {
    this.equity = cash;
    this.trades.reset();
    this.drawdown.reset();
    this.#hasDay = false;
  }

  close(factor: number): void {
    const stake = this.equity;
    this.equity *= factor;
    this.trades.add(this.equity - stake, stake);
  }

  addDay(equity: number): void {
    if (this.#hasDay) this.daily.add(equity);
    else this.daily.start(equity);
    this.#hasDay = true;
  }
}
