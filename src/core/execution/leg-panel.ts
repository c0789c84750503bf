import type { TradeSums } from "../metrics/tallies.ts";
import { type BitPlane, planeBit } from "../series/bit-plane.ts";
import { type AccountRules, LONG, SHORT, type Side } from "./account.ts";
import type { LevelLegs } from "./level-legs.ts";

/** Legs of one side, each held where its comparison holds and the gate is open. */
export interface GatedLegs {
  readonly legs: LevelLegs;
  readonly gate: BitPlane;
}

/** TradeSums of every pair. */
export type PanelTallies = { readonly [Sum in keyof TradeSums]: Float64Array };

/**
 * Variants that each combine a long leg with a short one: an account a pair, long legs by rows and
 * short legs by columns.
 */
export interface LegPanel {
  /** End cash of the pairs after `settle`. */
  readonly cash: Float64Array;
  /** Sums over the trades of the pairs, where asked for; places as in `cash`. */
  readonly tallies: PanelTallies | null;
  /** Numbers from one row to the next. */
  readonly stride: number;
  /** Settles all pairs; means nothing for a pair whose legs hold at one bar both. */
  settle(long: GatedLegs, short: GatedLegs): void;
}

/**
 * The readable panel. Where its legs exclude one another, a long trade of a pair does not depend on
 * the short leg: what ends a long leg multiplies a row, what ends a short one a column. Each
 * account still gets its own factors in the order of its trades, so all bits are those of the
 * event engine. For accounts that put everything in, at fills on closes and without funding.
 */
export class ReadableLegPanel implements LegPanel {
  readonly cash: Float64Array;
  readonly tallies: PanelTallies | null;
  readonly stride: number;
  readonly #rules: AccountRules;
  readonly #close: Float64Array;
  readonly #rows: number;
  /** Entry prices of the legs that are held, by side. */
  readonly #entries: readonly [Float64Array, Float64Array];

  constructor(
    rules: AccountRules,
    close: Float64Array,
    { rows, columns, tallied }: { rows: number; columns: number; tallied: boolean },
  ) {
    this.#rules = rules;
    this.#close = close;
    this.#rows = rows;
    this.stride = columns;
    const numbers = () => new Float64Array(rows * columns);
    this.cash = numbers();
    this.tallies = tallied
      ? {
          count: numbers(),
          wins: numbers(),
          grossProfit: numbers(),
          grossLoss: numbers(),
          returnSum: numbers(),
        }
      : null;
    this.#entries = [new Float64Array(rows), new Float64Array(columns)];
  }

  settle(long: GatedLegs, short: GatedLegs): void {
    this.cash.fill(this.#rules.startCash);
    for (const sums of Object.values(this.tallies ?? {})) sums.fill(0);
    const sides = [
      { ...long, side: LONG, held: 0 },
      { ...short, side: SHORT, held: 0 },
    ] as const;
    const close = this.#close;
    for (let t = 0; t < close.length; t++) {
      for (const one of sides) {
        const now = planeBit(one.gate, t) ? one.legs.counts[t] : 0;
        this.#exit(one.side, now, one.held, close[t]);
        for (let leg = one.held; leg < now; leg++) this.#entries[one.side][leg] = close[t];
        (one as { held: number }).held = now;
      }
    }
    for (const { side, held } of sides) this.#exit(side, 0, held, close[close.length - 1]);
  }

  /** Legs `[from, to)` exit. */
  #exit(side: Side, from: number, to: number, price: number): void {
    for (let leg = from; leg < to; leg++) {
      const factor = this.#rules.factor(side, this.#entries[side][leg], price);
      if (side === LONG) {
        for (let column = 0; column < this.stride; column++) this.#multiply(leg, column, factor);
      } else for (let row = 0; row < this.#rows; row++) this.#multiply(row, leg, factor);
    }
  }

  #multiply(row: number, column: number, factor: number): void {
    const at = row * this.stride + column;
    const stake = this.cash[at];
    if (!(stake > this.#rules.ruin)) return;
    this.cash[at] *= factor;
    if (this.tallies !== null) this.#tally(this.tallies, at, stake);
  }

  /** See TradeTally. */
  #tally(tallies: PanelTallies, at: number, stake: number): void {
    const net = this.cash[at] - stake;
    tallies.count[at]++;
    tallies.returnSum[at] += net / stake;
    if (net > 0) {
      tallies.wins[at]++;
      tallies.grossProfit[at] += net;
    } else tallies.grossLoss[at] -= net;
  }
}
