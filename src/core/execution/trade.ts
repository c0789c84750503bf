import { type AccountRules, LONG, type Side } from "./account.ts";

export type ExitReason = "STOP_LOSS" | "TRAILING_STOP" | "TAKE_PROFIT" | "SIGNAL" | "FORCED";

/**
 * A closed trade as a report shows it. Bars index the candles that the engine saw; prices are in
 * quote a unit of base, the raw price and the fill after slippage and half the spread. Amounts are
 * in quote, `quantity` in base.
 */
export interface Trade {
  readonly direction: "LONG" | "SHORT";
  readonly entryBar: number;
  readonly exitBar: number;
  readonly entryPrice: number;
  readonly exitPrice: number;
  readonly entryFill: number;
  readonly exitFill: number;
  /** Quote amount of the entry, without its fee. */
  readonly stake: number;
  readonly quantity: number;
  /** Quote amount of the exit, without its fee. */
  readonly exitAmount: number;
  /** Percent fee and fixed fee of the fill. */
  readonly entryFee: number;
  readonly exitFee: number;
  /** Paid over the bar closes that the trade saw; negative is received. */
  readonly funding: number;
  /** Profit before fees and funding. */
  readonly grossProfit: number;
  /** Profit after fees and funding, as the account step settled it. */
  readonly netProfit: number;
  /** Part of the net profit that PROFIT_LOCK moved to the safe. */
  readonly lockedProfit: number;
  readonly exitReason: ExitReason;
}

export interface TradeLeg {
  readonly bar: number;
  readonly price: number;
}

/** What the account step made of a trade. */
export interface Settlement {
  readonly stake: number;
  /** Bar closes between entry and exit, that of the exit included. */
  readonly closesSeen: number;
  readonly netProfit: number;
  readonly lockedProfit: number;
  readonly exitReason: ExitReason;
}

/**
 * The record of a settled trade. Net and locked profit are the account's own numbers; quantity,
 * fees, funding and gross profit are derived from stake and fills and never feed back into the
 * account.
 */
export function recordTrade(
  rules: AccountRules,
  side: Side,
  entry: TradeLeg,
  exit: TradeLeg,
  settled: Settlement,
): Trade {
  const entryFill = positiveFill(rules.entryFill(side, entry.price), entry.bar);
  const exitFill = positiveFill(rules.exitFill(side, exit.price), exit.bar);
  const quantity = settled.stake / entryFill;
  const exitAmount = quantity * exitFill;
  return {
    direction: side === LONG ? "LONG" : "SHORT",
    entryBar: entry.bar,
    exitBar: exit.bar,
    entryPrice: entry.price,
    exitPrice: exit.price,
    entryFill,
    exitFill,
    stake: settled.stake,
    quantity,
    exitAmount,
    entryFee: settled.stake * rules.feeShare + rules.fixedFee,
    exitFee: exitAmount * rules.feeShare + rules.fixedFee,
    funding: settled.stake * rules.funding(side, settled.closesSeen),
    grossProfit: quantity * (side === LONG ? exitFill - entryFill : entryFill - exitFill),
    netProfit: settled.netProfit,
    lockedProfit: settled.lockedProfit,
    exitReason: settled.exitReason,
  };
}

function positiveFill(fill: number, bar: number): number {
  if (!(fill > 0 && fill < Number.POSITIVE_INFINITY)) {
    throw new Error(`fill price ${fill} at bar ${bar}: a fill must be positive and finite`);
  }
  return fill;
}
