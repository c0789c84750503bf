import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RUIN_SHARE } from "../../../src/core/execution/account.ts";
import {
  type Execution,
  type ReferenceInput,
  runReference,
} from "../../../src/core/execution/reference-engine.ts";
import {
  type ExecutionSettings,
  FILL_MODES,
  RISK_OFF,
} from "../../../src/core/execution/settings.ts";
import {
  anyInput,
  anyMarket,
  FREE_SETTINGS,
  type Market,
} from "../../support/execution-arbitraries.ts";

const RUNS = { numRuns: 500 };

/** Runs a property over random inputs. */
function holds(property: (input: ReferenceInput, execution: Execution) => void): void {
  fc.assert(
    fc.property(anyInput, (input) => property(input, runReference(input))),
    RUNS,
  );
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** +1 or -1 where the settings allow a position of that side, else 0. */
function allowed(input: ReferenceInput, bar: number): number {
  const signal = input.signal[bar];
  const { direction } = input.settings;
  const forbidden = direction === "LONG_ONLY" ? -1 : direction === "SHORT_ONLY" ? 1 : 0;
  return signal === forbidden ? 0 : signal;
}

/** A signal that differs from the bar before; before the range it is neutral. */
function isNewSignal(input: ReferenceInput, bar: number): boolean {
  const before = bar === input.firstBar ? 0 : allowed(input, bar - 1);
  return allowed(input, bar) !== 0 && allowed(input, bar) !== before;
}

/** Whether the side of one bar is asked for up to another. */
function stands(input: ReferenceInput, from: number, to: number): boolean {
  for (let t = from; t <= to; t++) if (allowed(input, t) !== allowed(input, from)) return false;
  return true;
}

describe("account", () => {
  it("ends with the start cash and every net profit, tradable and safe", () => {
    holds(({ settings }, execution) => {
      const { trades, endEquity, available, safe, equity } = execution;
      const turnover = settings.startCash + sum(trades.map((t) => t.stake + Math.abs(t.netProfit)));
      const profit = sum(trades.map((t) => t.netProfit));
      expect(Math.abs(settings.startCash + profit - endEquity)).toBeLessThan(1e-12 * turnover);
      expect(safe + available).toBe(endEquity);
      expect(safe).toBe(sum(trades.map((t) => t.lockedProfit)));
      if (equity.length > 0) expect(equity[equity.length - 1]).toBe(endEquity);
    });
  });

  it("nets gross profit, both fees and funding in every trade", () => {
    holds((input, { trades }) => {
      const { settings, lastBar } = input;
      const { feePct, fixedFee } = settings;
      for (const trade of trades) {
        const net = trade.grossProfit - trade.entryFee - trade.exitFee - trade.funding;
        const amount = trade.stake + trade.exitAmount + fixedFee + Math.abs(trade.funding);
        expect(Math.abs(net - trade.netProfit)).toBeLessThan(1e-12 * amount);
        expect(trade.entryFee).toBe(trade.stake * (feePct / 100) + fixedFee);
        expect(trade.exitFee).toBe(trade.exitAmount * (feePct / 100) + fixedFee);
        expect(trade.exitAmount).toBe(trade.quantity * trade.exitFill);
        // Closes between entry and exit; that of the last bar where the trade ends with it.
        const endsAtClose = settings.fillMode === "CLOSE" || trade.exitReason === "FORCED";
        const seenFrom = settings.fillMode === "CLOSE" ? trade.entryBar + 1 : trade.entryBar;
        const seenTo = endsAtClose ? trade.exitBar : trade.exitBar - 1;
        const isLong = trade.direction === "LONG";
        const pct = isLong ? settings.fundingLongPctPerBar : settings.fundingShortPctPerBar;
        const paid = trade.stake * (pct / 100) * (seenTo - seenFrom + 1);
        expect(trade.funding).toBeCloseTo(paid, 9);
        expect(trade.exitBar).toBeLessThan(lastBar);
      }
    });
  });

  it("fills against you by slippage and half the spread", () => {
    holds(({ settings }, { trades }) => {
      const against = (settings.slippagePct + settings.spreadPct / 2) / 100;
      for (const { direction, entryPrice, entryFill, exitPrice, exitFill } of trades) {
        const side = direction === "LONG" ? 1 : -1;
        expect(entryFill / entryPrice).toBeCloseTo(1 + side * against, 12);
        expect(exitFill / exitPrice).toBeCloseTo(1 - side * against, 12);
      }
    });
  });

  it("stakes what its sizing says, and never more than there is", () => {
    holds(({ settings }, { trades }) => {
      let cash = settings.startCash;
      for (const trade of trades) {
        const fixed = settings.sizing === "FIXED_QUOTE" ? settings.fixedQuote : cash;
        const scale = Math.max(cash, trade.stake, settings.startCash);
        expect(Math.abs(trade.stake - Math.min(cash, fixed))).toBeLessThan(1e-12 * scale);
        const kept = settings.sizing === "PROFIT_LOCK" ? settings.safeProfitPct / 100 : 0;
        const locked = Math.max(trade.netProfit, 0) * kept;
        expect(Math.abs(trade.lockedProfit - locked)).toBeLessThanOrEqual(1e-12 * scale);
        cash += trade.netProfit - trade.lockedProfit;
      }
    });
  });

  it("locks nothing at 0 %: PROFIT_LOCK is ALL_IN to the bit", () => {
    holds((input) => {
      const allIn = runReference({ ...input, settings: { ...input.settings, sizing: "ALL_IN" } });
      const settings = { ...input.settings, sizing: "PROFIT_LOCK", safeProfitPct: 0 } as const;
      expect(runReference({ ...input, settings })).toEqual(allIn);
    });
  });

  it("trades no more once it is ruined, and keeps its equity", () => {
    let ruined = 0;
    holds((input, { trades, equity, firstBar, available }) => {
      const ruin = ruinOf(input);
      if (available > ruin || trades.length === 0) return;
      ruined++;
      const last = trades[trades.length - 1];
      const after = equity.subarray(last.exitBar - firstBar);
      expect(new Set(after).size).toBe(1);
      let cash = input.settings.startCash;
      for (const trade of trades) {
        expect(cash).toBeGreaterThan(ruin);
        cash += trade.netProfit - trade.lockedProfit;
      }
    });
    expect(ruined).toBeGreaterThan(0);
  });
});

/**
 * Available cash at or below which nothing is entered: next to none, or less than two fixed fees.
 */
function ruinOf({ settings }: ReferenceInput): number {
  return Math.max(RUIN_SHARE * settings.startCash, 2 * settings.fixedFee);
}

describe("positions", () => {
  it("enters on every new signal while flat and on nothing else", () => {
    holds((input, { trades, available, firstBar, lastBar }) => {
      const ruined = available <= ruinOf(input);
      const end = ruined ? (trades.at(-1)?.exitBar ?? firstBar) : lastBar;
      const { entryDelayBars, fillMode } = input.settings;
      const fillDelayBars = fillMode === "CLOSE" ? 0 : 1;
      const entries: number[] = [];
      for (let t = firstBar; t + fillDelayBars < end; t++) {
        const isNew = t - entryDelayBars >= firstBar && isNewSignal(input, t - entryDelayBars);
        if (isNew && stands(input, t - entryDelayBars, t)) entries.push(t + fillDelayBars);
      }
      // One that is due on the bar that ruins the account may come before or after it.
      const due = trades.map((trade) => trade.entryBar).filter((bar) => !ruined || bar < end);
      expect(due).toEqual(entries);
      for (const trade of trades) {
        const decided = trade.entryBar - fillDelayBars;
        expect(trade.direction === "LONG" ? 1 : -1).toBe(allowed(input, decided));
      }
    });
  });

  it("does not enter again on a signal that persists after a stop", () => {
    let stopped = 0;
    holds((input, { trades }) => {
      trades.slice(1).forEach((trade, i) => {
        if (["SIGNAL", "FORCED"].includes(trades[i].exitReason)) return;
        stopped++;
        const fillDelayBars = input.settings.fillMode === "CLOSE" ? 0 : 1;
        const decided = [trades[i].entryBar, trade.entryBar].map((bar) => bar - fillDelayBars);
        const between = input.signal.subarray(decided[0], decided[1] + 1);
        expect(new Set(between).size).toBeGreaterThan(1);
      });
    });
    expect(stopped).toBeGreaterThan(0);
  });

  it("flags every bar that a trade touches and relates its stake to equity", () => {
    holds((_, execution) => {
      const { trades, firstBar, equity, inPosition, exposure } = execution;
      for (let i = 0; i < equity.length; i++) {
        const touching = trades.filter(
          (trade) => trade.entryBar <= firstBar + i && firstBar + i <= trade.exitBar,
        );
        expect(inPosition[i]).toBe(touching.length > 0 ? 1 : 0);
        const stake = touching.at(-1)?.stake;
        expect(exposure[i] * equity[i] || 0).toBeCloseTo(equity[i] === 0 ? 0 : (stake ?? 0), 6);
      }
    });
  });
});

/** Every price of the input changed. */
function changed(input: ReferenceInput, change: (price: number, bar: number) => number) {
  const column = (prices: Float64Array = input.close) => prices.map(change);
  const [open, high, low] = [input.open, input.high, input.low].map(column);
  return { open, high, low, close: column() };
}

describe("invariances", () => {
  it("LONG_ONLY is LONG_SHORT with shorts masked, SHORT_ONLY with longs masked", () => {
    holds((input) => {
      const masks = {
        LONG_ONLY: (s: number) => Math.max(s, 0),
        SHORT_ONLY: (s: number) => Math.min(s, 0),
      };
      for (const direction of ["LONG_ONLY", "SHORT_ONLY"] as const) {
        const only = runReference({ ...input, settings: { ...input.settings, direction } });
        const masked = runReference({
          ...input,
          signal: input.signal.map(masks[direction]),
          settings: { ...input.settings, direction: "LONG_SHORT" },
        });
        expect(only).toEqual(masked);
      }
    });
  });

  it("scales with the start cash; by a power of two to the bit", () => {
    holds((input, execution) => {
      const { startCash, fixedQuote } = input.settings;
      const settings = {
        ...input.settings,
        startCash: startCash * 8,
        fixedQuote: fixedQuote * 8,
        fixedFee: input.settings.fixedFee * 8,
      };
      const scaled = runReference({ ...input, settings });
      expect(scaled.equity).toEqual(execution.equity.map((value) => value * 8));
      expect(scaled.exposure).toEqual(execution.exposure);
      expect(scaled.trades.map((t) => t.netProfit)).toEqual(
        execution.trades.map((t) => t.netProfit * 8),
      );
    });
  });

  it("does not depend on the unit of prices; by a power of two to the bit", () => {
    holds((input, execution) => {
      const scaled = runReference({ ...input, ...changed(input, (price) => price * 4) });
      expect(scaled.equity).toEqual(execution.equity);
      expect(scaled.trades.map((t) => t.quantity * 4)).toEqual(
        execution.trades.map((t) => t.quantity),
      );
    });
  });

  it("sees nothing outside its range", () => {
    holds((input, execution) => {
      const { firstBar, lastBar } = input;
      const inside = (t: number) => firstBar <= t && t < lastBar;
      const prices = changed(input, (price, t) => (inside(t) ? price : 1234.5));
      const signal = input.signal.map((value, t) => (inside(t) ? value : 1));
      expect(runReference({ ...input, ...prices, signal })).toEqual(execution);
    });
  });

  it("sees no later bar: a range that ends earlier has the same equity up to its last bar", () => {
    holds((input, execution) => {
      const bars = input.lastBar - input.firstBar;
      for (const shorter of [bars - 1, bars >> 1].filter((n) => n > 0)) {
        const lastBar = input.firstBar + shorter;
        const { equity } = runReference({ ...input, lastBar });
        expect(equity.subarray(0, -1)).toEqual(execution.equity.subarray(0, shorter - 1));
      }
    });
  });
});

describe("costs", () => {
  /**
   * Trades of the same signals with stops off, which costs do not move, until one account is
   * ruined.
   */
  function returns(market: Market, changes: Partial<ExecutionSettings>) {
    const range = { firstBar: 0, lastBar: market.close.length };
    const settings = { ...FREE_SETTINGS, ...changes };
    const { trades } = runReference({ ...market, ...range, settings, risk: RISK_OFF });
    return trades.map((trade) => trade.netProfit / trade.stake);
  }

  it("every trade returns less with more of any cost, whatever the fill mode", () => {
    const costs: Partial<ExecutionSettings>[] = [
      { feePct: 0.1 },
      { fixedFee: 0.5 },
      { slippagePct: 0.1 },
      { spreadPct: 0.1 },
    ];
    fc.assert(
      fc.property(anyMarket, fc.constantFrom(...FILL_MODES), (market, fillMode) => {
        const free = returns(market, { fillMode });
        for (const cost of costs) {
          const dear = returns(market, { fillMode, ...cost });
          const both = Math.min(free.length, dear.length);
          expect(both > 0).toBe(free.length > 0);
          for (let i = 0; i < both; i++) expect(dear[i]).toBeLessThan(free[i]);
        }
      }),
      RUNS,
    );
  });

  it("funding costs its own side by the closes seen, and nothing the other", () => {
    fc.assert(
      fc.property(anyMarket, fc.constantFrom(...FILL_MODES), (market, fillMode) => {
        const range = { firstBar: 0, lastBar: market.close.length };
        const settings = { ...FREE_SETTINGS, fillMode, sizing: "FIXED_QUOTE" } as const;
        const run = (changes: object) =>
          runReference({
            ...market,
            ...range,
            settings: { ...settings, ...changes },
            risk: RISK_OFF,
          });
        const free = run({});
        const paid = run({ fundingLongPctPerBar: 0.001 });
        paid.trades.forEach((trade, i) => {
          if (i >= free.trades.length) return;
          if (trade.direction === "SHORT") expect(trade.funding).toBe(0);
          const cost = (free.trades[i].netProfit - trade.netProfit) / trade.stake;
          expect(cost).toBeCloseTo(trade.funding / trade.stake, 9);
        });
      }),
      RUNS,
    );
  });

  it("a flat price without costs changes nothing", () => {
    fc.assert(
      fc.property(anyMarket, ({ signal, firstBar, lastBar }) => {
        const close = new Float64Array(signal.length).fill(7.77);
        const input = { close, signal, firstBar, lastBar, settings: FREE_SETTINGS, risk: RISK_OFF };
        const { trades, equity } = runReference(input);
        expect(trades.every((trade) => trade.netProfit === 0)).toBe(true);
        expect(equity.every((value) => value === FREE_SETTINGS.startCash)).toBe(true);
      }),
      RUNS,
    );
  });
});

describe("edges", () => {
  const market = { close: Float64Array.of(10, 11, 12), signal: Int8Array.of(1, 1, -1) };
  const base = { ...market, firstBar: 0, lastBar: 3, settings: FREE_SETTINGS, risk: RISK_OFF };

  it("an empty range leaves the start cash", () => {
    const { trades, equity, endEquity } = runReference({ ...base, firstBar: 2, lastBar: 2 });
    expect([trades.length, equity.length, endEquity]).toEqual([0, 0, 10_000]);
  });

  it("a reversal on the last bar closes both positions there", () => {
    const { trades } = runReference(base);
    const exits = trades.map((t) => [t.direction, t.entryBar, t.exitBar, t.exitReason]);
    expect(exits).toEqual([
      ["LONG", 0, 2, "SIGNAL"],
      ["SHORT", 2, 2, "FORCED"],
    ]);
  });

  it("is ruined at a billionth of the start cash, not above it", () => {
    const signal = Int8Array.of(1, 0, 1, 0);
    for (const [low, trades] of [
      [10, 1],
      [11, 2],
    ]) {
      const close = Float64Array.of(1e10, low, low, low * 2);
      const execution = runReference({ ...base, close, signal, lastBar: 4 });
      expect(execution.trades.length).toBe(trades);
    }
  });

  it("refuses what the plan never lets through", () => {
    const settings = { ...FREE_SETTINGS, slippagePct: 100 };
    expect(() => runReference({ ...base, settings })).toThrow(/positive and finite/);
    const close = Float64Array.of(10, -1, 12);
    expect(() => runReference({ ...base, close, firstBar: 1 })).toThrow(/fill price -1 at bar 1/);
    expect(() => runReference({ ...base, signal: Int8Array.of(1, 2, 0) })).toThrow(
      /signal 2 at bar 1/,
    );
    expect(() => runReference({ ...base, signal: Int8Array.of(1) })).toThrow(/1 signals for 3/);
    for (const [firstBar, lastBar] of [
      [-1, 2],
      [2, 1],
      [0, 4],
      [0.5, 2],
    ]) {
      expect(() => runReference({ ...base, firstBar, lastBar })).toThrow(/does not fit 3 bars/);
    }
  });
});
