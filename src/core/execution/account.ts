import type { ExecutionSettings } from "./settings.ts";

/** Side of a position: an index into per-side tables. */
export const LONG = 0;
export const SHORT = 1;
export type Side = typeof LONG | typeof SHORT;

/** Share of the start cash at or below which an account is ruined and trades no more. */
export const RUIN_SHARE = 1e-9;

/** Fills of a trade: its entry and its exit. */
const FILLS_A_TRADE = 2;

/**
 * The account arithmetic that every engine shares, so that all of them agree to the bit.
 *
 * A closed trade multiplies its stake by `factor = base + slope * (exitPrice / entryPrice)`, an
 * open one is worth `mark = markBase + markSlope * (close / entryPrice)` of its stake; prices are
 * raw, fees and slippage sit in the coefficients. With fee f and slippage s (half the spread
 * included) as fractions:
 *
 *   long   fill ratio X = exit*(1-s) / (entry*(1+s));  factor = (1-f)*X - f
 *          mark = close/(entry*(1+s)) - f
 *   short  fill ratio X = exit*(1+s) / (entry*(1-s));  factor = 2 - f - (1+f)*X
 *          mark = 2 - f - close/(entry*(1-s))
 *
 * An open position is marked at the raw close, with its entry fee paid and no exit cost yet.
 * Funding takes its share of the stake off factor and mark at each bar close that the position
 * sees. A fixed fee is a quote amount a fill, owed beside the stake like the percent fee; the
 * account takes it as a share of the stake it has. Source: semantics.md sections 4 and 5.
 */
export class AccountRules {
  readonly startCash: number;
  readonly sizing: ExecutionSettings["sizing"];
  readonly fixedQuote: number;
  /** Percent of a net profit that PROFIT_LOCK moves to the safe. */
  readonly safeProfitPct: number;
  /**
   * Available cash at or below which no entry is made: ruined, or less than a trade's fixed fees.
   */
  readonly ruin: number;
  /** Indexed by side. */
  readonly base: readonly [number, number];
  readonly slope: readonly [number, number];
  readonly markBase: readonly [number, number];
  readonly markSlope: readonly [number, number];
  readonly feeShare: number;
  /** Slippage and half the spread. */
  readonly slippageShare: number;
  /** Quote amount of each fill, and of both fills of a trade. */
  readonly fixedFee: number;
  readonly fixedFees: number;
  /** Share of the stake a bar, indexed by side. */
  readonly fundingShare: readonly [number, number];
  readonly isFunded: boolean;

  constructor(settings: ExecutionSettings) {
    const f = settings.feePct / 100;
    const s = settings.slippagePct / 100 + settings.spreadPct / 200;
    this.startCash = settings.startCash;
    this.sizing = settings.sizing;
    this.fixedQuote = settings.fixedQuote;
    this.safeProfitPct = settings.safeProfitPct;
    this.fixedFee = settings.fixedFee;
    this.fixedFees = FILLS_A_TRADE * settings.fixedFee;
    this.ruin = Math.max(RUIN_SHARE * settings.startCash, this.fixedFees);
    this.feeShare = f;
    this.slippageShare = s;
    this.fundingShare = [settings.fundingLongPctPerBar / 100, settings.fundingShortPctPerBar / 100];
    this.isFunded = this.fundingShare.some((share) => share !== 0);
    this.base = [-f, 2 - f];
    this.slope = [((1 - f) * (1 - s)) / (1 + s), (-(1 + f) * (1 + s)) / (1 - s)];
    this.markBase = [-f, 2 - f];
    this.markSlope = [1 / (1 + s), -1 / (1 - s)];
  }

  /** What a closed trade makes of one unit of stake. */
  factor(side: Side, entryPrice: number, exitPrice: number): number {
    return this.base[side] + this.slope[side] * (exitPrice / entryPrice);
  }

  /** What an open trade's unit of stake is worth at a close. */
  mark(side: Side, entryPrice: number, close: number): number {
    return this.markBase[side] + this.markSlope[side] * (close / entryPrice);
  }

  /** Part of its stake that a trade has paid as funding after `bars` bar closes. */
  funding(side: Side, bars: number): number {
    return this.fundingShare[side] * bars;
  }

  /** Price at which a buy or a sell fills. */
  fillPrice(buys: boolean, price: number): number {
    return buys ? price * (1 + this.slippageShare) : price * (1 - this.slippageShare);
  }

  /** Fill price of an entry; stop and target levels are measured from it. */
  entryFill(side: Side, price: number): number {
    return this.fillPrice(side === LONG, price);
  }

  exitFill(side: Side, price: number): number {
    return this.fillPrice(side === SHORT, price);
  }
}

/**
 * Cash that trades and cash that is safe, changed only by closing trades. One object serves many
 * variants: `reset`. After `close`, `netProfit` and `locked` describe that trade.
 */
export class Account {
  readonly rules: AccountRules;
  /** Tradable cash. */
  available = 0;
  /** Profit that PROFIT_LOCK put aside; never traded. */
  safe = 0;
  netProfit = 0;
  locked = 0;

  constructor(rules: AccountRules) {
    this.rules = rules;
    this.reset();
  }

  reset(): void {
    this.available = this.rules.startCash;
    this.safe = 0;
    this.netProfit = 0;
    this.locked = 0;
  }

  /**
   * False once the account is ruined or cannot pay a trade's fixed fees: no further entry, equity
   * stays.
   */
  canEnter(): boolean {
    return this.available > this.rules.ruin;
  }

  /** Quote amount of an entry now. */
  stake(): number {
    const { sizing, fixedQuote } = this.rules;
    return sizing === "FIXED_QUOTE" && fixedQuote < this.available ? fixedQuote : this.available;
  }

  /** Settles the trade that was entered with the current stake. */
  close(factor: number): void {
    if (this.rules.sizing === "FIXED_QUOTE") {
      this.netProfit = this.stake() * (factor - 1);
      this.available += this.netProfit;
      return;
    }
    const after = this.available * factor;
    this.netProfit = after - this.available;
    this.available = after;
    if (this.rules.sizing === "PROFIT_LOCK") {
      this.locked = this.netProfit > 0 ? (this.netProfit * this.rules.safeProfitPct) / 100 : 0;
      this.available -= this.locked;
      this.safe += this.locked;
    }
  }

  /**
   * Equity while a trade is open; `mark` is what a unit of its stake is worth. Monotone in `mark`.
   */
  equityAt(mark: number): number {
    if (this.rules.sizing === "FIXED_QUOTE") return this.available + this.stake() * (mark - 1);
    return this.safe + this.available * mark;
  }

  /** Equity while flat. */
  equity(): number {
    return this.safe + this.available;
  }
}

/** An account that pays a quote amount a fill, as a share of the stake of the trade at hand. */
class FixedFeeAccount extends Account {
  override close(factor: number): void {
    super.close(factor - this.rules.fixedFees / this.stake());
  }

  override equityAt(mark: number): number {
    return super.equityAt(mark - this.rules.fixedFee / this.stake());
  }
}

/** The account of a sweep: one without fixed fees does not ask for them at every trade. */
export function openAccount(rules: AccountRules): Account {
  return rules.fixedFee > 0 ? new FixedFeeAccount(rules) : new Account(rules);
}
