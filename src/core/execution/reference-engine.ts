import { type Account, AccountRules, LONG, openAccount, SHORT, type Side } from "./account.ts";
import type { ExecutionSettings, RiskLevels } from "./settings.ts";
import {
  betterPrice,
  stopFill,
  stopHit,
  stopLevel,
  targetFill,
  targetHit,
  targetLevel,
} from "./stop-levels.ts";
import { type ExitReason, recordTrade, type Trade } from "./trade.ts";

export interface ReferenceInput {
  /** Close of every bar of the candles, range and warm-up alike. */
  readonly close: Float64Array;
  /** Opens of the same bars: for every fill mode but CLOSE. */
  readonly open?: Float64Array;
  /** Highs and lows of the same bars: for INTRABAR. */
  readonly high?: Float64Array;
  readonly low?: Float64Array;
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
  /** Price of the entry after slippage, which stop and target are measured from. */
  readonly fill: number;
  readonly stake: number;
  /** Best price since entry, of the bars before this one: what a trailing stop is measured from. */
  best: number;
  /** Bar closes since entry, each of which costs funding. */
  closesSeen: number;
}

/** What the close of a bar decides: to leave, to enter, or both. */
interface Decision {
  readonly exit: ExitReason | null;
  readonly entry: Side | null;
}

/**
 * The reference engine: one loop over bars. Every faster engine is compared with it bit for bit.
 *
 * Throws on inputs that do not fit together, on signals other than +1, -1, 0 and on fills that are
 * not positive: the plan refuses all of these before a run. Source: semantics.md section 4.
 */
export function runReference(input: ReferenceInput): Execution {
  assertInput(input);
  return new ReferenceRun(input).run();
}

class ReferenceRun {
  readonly #input: ReferenceInput;
  readonly #rules: AccountRules;
  readonly #account: Account;
  readonly #trades: Trade[] = [];
  #position: Position | null = null;
  /** Side that the last bar asked for, and the bars it has been asked for since it was new. */
  #wanted: Side | null = null;
  #standing = 0;
  /** Stake of the last position of the bar at hand; 0 when there was none. */
  #stakeOfBar = 0;

  constructor(input: ReferenceInput) {
    this.#input = input;
    this.#rules = new AccountRules(input.settings);
    this.#account = openAccount(this.#rules);
  }

  run(): Execution {
    const { close, open, firstBar, lastBar, settings } = this.#input;
    const { fillMode } = settings;
    const bars = lastBar - firstBar;
    const equity = new Float64Array(bars);
    const inPosition = new Uint8Array(bars);
    const exposure = new Float64Array(bars);

    let decision: Decision = { exit: null, entry: null };
    for (let t = firstBar; t < lastBar; t++) {
      this.#stakeOfBar = this.#position?.stake ?? 0;
      // What the last close decided fills at this open.
      if (fillMode !== "CLOSE") this.#act(decision, t, open![t]);
      if (fillMode === "INTRABAR") this.#leaveInside(t);
      if (this.#position !== null) this.#position.closesSeen++;
      decision = this.#decide(t);
      if (fillMode === "CLOSE") this.#act(decision, t, close[t]);
      if (t === lastBar - 1) this.#leave(t, close[t], "FORCED");
      this.#follow(t);

      const value = this.#equityAt(close[t]);
      equity[t - firstBar] = value;
      inPosition[t - firstBar] = this.#stakeOfBar > 0 ? 1 : 0;
      exposure[t - firstBar] = this.#stakeOfBar > 0 ? shareOf(value, this.#stakeOfBar) : 0;
    }

    const { available, safe } = this.#account;
    const endEquity = this.#account.equity();
    const series = { equity, inPosition, exposure };
    return { firstBar, lastBar, trades: this.#trades, ...series, endEquity, available, safe };
  }

  /**
   * What a close decides, by its signal and, where stops are not tested inside bars, by its price.
   */
  #decide(bar: number): Decision {
    const { signal, settings, close } = this.#input;
    const wanted = wantedSide(signal[bar], settings.direction);
    this.#standing = wanted === this.#wanted ? this.#standing + 1 : 0;
    this.#wanted = wanted;
    const entry = this.#standing === settings.entryDelayBars ? wanted : null;
    if (this.#position === null) return { exit: null, entry };
    const stopped = settings.fillMode === "INTRABAR" ? null : this.#hitAt(close[bar], close[bar]);
    const signalled = wanted === this.#position.side ? null : "SIGNAL";
    return { exit: stopped?.reason ?? signalled, entry };
  }

  /** Exit, then entry, at one price. */
  #act(decision: Decision, bar: number, price: number): void {
    if (decision.exit !== null) this.#leave(bar, price, decision.exit);
    if (decision.entry === null || this.#position !== null || !this.#account.canEnter()) return;
    const side = decision.entry;
    const fill = this.#rules.entryFill(side, price);
    const stake = this.#account.stake();
    this.#position = { side, bar, price, fill, stake, best: fill, closesSeen: 0 };
    this.#stakeOfBar = stake;
  }

  /** Tests the stops against the worst price of the bar, the target against the best. */
  #leaveInside(bar: number): void {
    const { open, high, low } = this.#input;
    if (this.#position === null) return;
    const { side } = this.#position;
    const worst = side === LONG ? low![bar] : high![bar];
    const best = side === LONG ? high![bar] : low![bar];
    const hit = this.#hitAt(worst, best);
    if (hit === null) return;
    const fillAt = hit.reason === "TAKE_PROFIT" ? targetFill : stopFill;
    this.#leave(bar, fillAt(side, open![bar], hit.level), hit.reason);
  }

  /**
   * The level that these prices hit, or null: the nearer of stop and trailing stop, before the
   * target.
   */
  #hitAt(worst: number, best: number): { reason: ExitReason; level: number } | null {
    const { side, fill, best: trailed } = this.#position!;
    const { stopLossPct, trailingStopPct, takeProfitPct } = this.#input.risk;
    const stop = stopLossPct === null ? null : stopLevel(side, fill, stopLossPct);
    const trail = trailingStopPct === null ? null : stopLevel(side, trailed, trailingStopPct);
    if (trail !== null && stopHit(side, worst, trail) && !isNearer(side, stop, trail)) {
      return { reason: "TRAILING_STOP", level: trail };
    }
    if (stop !== null && stopHit(side, worst, stop)) return { reason: "STOP_LOSS", level: stop };
    if (takeProfitPct === null) return null;
    const target = targetLevel(side, fill, takeProfitPct);
    return targetHit(side, best, target) ? { reason: "TAKE_PROFIT", level: target } : null;
  }

  /** The trailing stop follows the bar, for the bars after it. */
  #follow(bar: number): void {
    const position = this.#position;
    if (position === null) return;
    const { close, high, low, settings } = this.#input;
    const highest = position.side === LONG ? high : low;
    const best = settings.fillMode === "INTRABAR" ? highest![bar] : close[bar];
    position.best = betterPrice(position.side, position.best, best);
  }

  #leave(bar: number, price: number, exitReason: ExitReason): void {
    const position = this.#position;
    if (position === null) return;
    const { side, stake, closesSeen } = position;
    const factor = this.#rules.factor(side, position.price, price);
    this.#account.close(factor - this.#rules.funding(side, closesSeen));
    const { netProfit, locked } = this.#account;
    const settlement = { stake, closesSeen, netProfit, lockedProfit: locked, exitReason };
    this.#trades.push(recordTrade(this.#rules, side, position, { bar, price }, settlement));
    this.#position = null;
  }

  #equityAt(price: number): number {
    const position = this.#position;
    if (position === null) return this.#account.equity();
    const mark = this.#rules.mark(position.side, position.price, price);
    const paid = this.#rules.funding(position.side, position.closesSeen);
    return this.#account.equityAt(mark - paid);
  }
}

/**
 * The side a signal asks for, or null; a side that the direction forbids is only a reason to leave.
 */
function wantedSide(signal: number, direction: ExecutionSettings["direction"]): Side | null {
  if (signal > 0) return direction === "SHORT_ONLY" ? null : LONG;
  if (signal < 0) return direction === "LONG_ONLY" ? null : SHORT;
  return null;
}

/** Whether the price comes to `stop` no later than to `trail`. */
function isNearer(side: Side, stop: number | null, trail: number): boolean {
  return stop !== null && betterPrice(side, stop, trail) === stop;
}

function shareOf(equity: number, stake: number): number {
  return equity === 0 ? Number.NaN : stake / equity;
}

function assertInput(input: ReferenceInput): void {
  const { close, signal, firstBar, lastBar } = input;
  if (signal.length !== close.length) {
    throw new Error(`${signal.length} signals for ${close.length} closes`);
  }
  for (const column of neededColumns(input.settings.fillMode)) {
    const bars = input[column]?.length ?? 0;
    if (bars !== close.length) throw new Error(`${bars} values of ${column}, ${close.length} bars`);
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

/** Columns beside the close that a fill mode reads. */
function neededColumns(mode: ExecutionSettings["fillMode"]) {
  if (mode === "CLOSE") return [];
  return mode === "NEXT_OPEN" ? (["open"] as const) : (["open", "high", "low"] as const);
}
