import { Account, AccountRules, LONG, SHORT, type Side } from "./account.ts";
import type { ExecutionSettings, RiskLevels } from "./settings.ts";
import { stopHit, stopLevel, targetHit, targetLevel } from "./stop-levels.ts";
import { type ExitReason, recordTrade, type Trade } from "./trade.ts";

export interface ReferenceInput {
  /** Close of every bar of the candles, range and warm-up alike. */
  readonly close: Float64Array;
  /** +1 long, -1 short, 0 neutral, a value a bar. */
  readonly signal: Int8Array;
  /** Bars `[firstBar, lastBar)` are traded. */
  readonly firstBar: number;
  readonly lastBar: number;
  readonly settings: ExecutionSettings;
  readonly risk: RiskLevels;
}

/** What a run leaves behind; the per-bar series cover the range, element 0 is `firstBar`. */
export interface Execution {
  readonly firstBar: number;
  readonly lastBar: number;
  /** In the order of their exits. */
  readonly trades: readonly Trade[];
  /** Quote, marked to market at each close after the bar's actions, the safe included. */
  readonly equity: Float64Array;
  /** 1 where a position was open at some time of the bar, its entry and exit bar included. */
  readonly inPosition: Uint8Array;
  /** Stake of the bar's last position / equity; 0 when flat, NaN when equity is 0. */
  readonly exposure: Float64Array;
  readonly endEquity: number;
  readonly available: number;
  readonly safe: number;
}

interface Position {
  readonly side: Side;
  readonly bar: number;
  readonly price: number;
  readonly stake: number;
  readonly stop: number | null;
  readonly target: number | null;
}

/**
 * The reference engine, fill mode CLOSE: bar by bar, stop or target exit, signal exit, entry on a
 * new signal, forced close on the last bar. Every faster engine is compared with it bit for bit.
 *
 * Throws on inputs that do not fit together, on signals other than +1, -1, 0 and on fills that are
 * not positive: the plan refuses all of these before a run. Source: semantics.md section 4.
 */
export function runReference(input: ReferenceInput): Execution {
  assertInput(input);
  const { close, firstBar, lastBar, settings, risk } = input;
  const rules = new AccountRules(settings);
  const account = new Account(rules);
  const trades: Trade[] = [];
  const equity = new Float64Array(lastBar - firstBar);
  const inPosition = new Uint8Array(lastBar - firstBar);
  const exposure = new Float64Array(lastBar - firstBar);

  const settle = (position: Position, bar: number, exitReason: ExitReason): void => {
    const { side, stake } = position;
    account.close(rules.factor(side, position.price, close[bar]));
    const { netProfit, locked } = account;
    const settlement = { stake, netProfit, lockedProfit: locked, exitReason };
    trades.push(recordTrade(rules, side, position, { bar, price: close[bar] }, settlement));
  };

  let position: Position | null = null;
  let previous: Side | null = null;
  for (let t = firstBar; t < lastBar; t++) {
    const wanted = wantedSide(input.signal[t], settings.direction);
    let stakeOfBar = position?.stake ?? 0;

    const reason = position === null ? null : exitReasonAt(position, close[t], wanted);
    if (position !== null && reason !== null) {
      settle(position, t, reason);
      position = null;
    }
    if (position === null && wanted !== null && wanted !== previous && account.canEnter()) {
      position = enter(account, risk, { side: wanted, bar: t, price: close[t] });
      stakeOfBar = position.stake;
    }
    if (position !== null && t === lastBar - 1) {
      settle(position, t, "FORCED");
      position = null;
    }

    equity[t - firstBar] = equityAt(account, position, close[t]);
    inPosition[t - firstBar] = stakeOfBar > 0 ? 1 : 0;
    exposure[t - firstBar] = stakeOfBar > 0 ? shareOf(equity[t - firstBar], stakeOfBar) : 0;
    previous = wanted;
  }

  const { available, safe } = account;
  return {
    firstBar,
    lastBar,
    trades,
    equity,
    inPosition,
    exposure,
    endEquity: account.equity(),
    available,
    safe,
  };
}

/**
 * The side a signal asks for, or null; a side that the direction forbids is only a reason to leave.
 */
function wantedSide(signal: number, direction: ExecutionSettings["direction"]): Side | null {
  if (signal > 0) return direction === "SHORT_ONLY" ? null : LONG;
  if (signal < 0) return direction === "LONG_ONLY" ? null : SHORT;
  return null;
}

function enter(
  account: Account,
  risk: RiskLevels,
  entry: { side: Side; bar: number; price: number },
): Position {
  const { stopLossPct, takeProfitPct } = risk;
  const fill = account.rules.entryFill(entry.side, entry.price);
  return {
    ...entry,
    stake: account.stake(),
    stop: stopLossPct === null ? null : stopLevel(entry.side, fill, stopLossPct),
    target: takeProfitPct === null ? null : targetLevel(entry.side, fill, takeProfitPct),
  };
}

/**
 * Why a position ends at this close, or null; the stop wins over the target, both over the signal.
 */
function exitReasonAt(position: Position, price: number, wanted: Side | null): ExitReason | null {
  const { side, stop, target } = position;
  if (stop !== null && stopHit(side, price, stop)) return "STOP_LOSS";
  if (target !== null && targetHit(side, price, target)) return "TAKE_PROFIT";
  return wanted === side ? null : "SIGNAL";
}

function equityAt(account: Account, position: Position | null, price: number): number {
  if (position === null) return account.equity();
  return account.equityAt(account.rules.mark(position.side, position.price, price));
}

function shareOf(equity: number, stake: number): number {
  return equity === 0 ? Number.NaN : stake / equity;
}

function assertInput(input: ReferenceInput): void {
  const { close, signal, firstBar, lastBar } = input;
  if (signal.length !== close.length) {
    throw new Error(`${signal.length} signals for ${close.length} closes`);
  }
  const fits = Number.isInteger(firstBar) && Number.isInteger(lastBar);
  if (!(fits && 0 <= firstBar && firstBar <= lastBar && lastBar <= close.length)) {
    throw new Error(`range [${firstBar}, ${lastBar}) does not fit ${close.length} bars`);
  }
  for (let t = firstBar; t < lastBar; t++) {
    if (Math.abs(signal[t]) > 1)
      throw new Error(`signal ${signal[t]} at bar ${t} is not +1, -1 or 0`);
  }
}
