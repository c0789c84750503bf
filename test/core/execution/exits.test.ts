import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ReferenceInput, runReference } from "../../../src/core/execution/reference-engine.ts";
import {
  type ExecutionSettings,
  FILL_MODES,
  type FillMode,
  RISK_OFF,
} from "../../../src/core/execution/settings.ts";
import type { Trade } from "../../../src/core/execution/trade.ts";
import { anyInput, FREE_SETTINGS } from "../../support/execution-arbitraries.ts";

/**
 * Semantics section 4, restated trade by trade: where, at which raw price and why a trade leaves.
 * Prices of a short are turned round by their sign, so that one text serves both sides.
 */
interface Exit {
  readonly exitBar: number;
  readonly exitPrice: number;
  readonly exitReason: string;
}

function expectedExit(input: ReferenceInput, trade: Trade): Exit {
  const { close, lastBar, settings } = input;
  const { fillMode } = settings;
  const side = trade.direction === "LONG" ? 1 : -1;
  const open = input.open!;
  let best = trade.entryFill;
  for (let t = trade.entryBar; t < lastBar; t++) {
    if (fillMode !== "CLOSE" && t > trade.entryBar) {
      const tested = fillMode === "NEXT_OPEN" ? hitAt(input, trade, best, t - 1) : null;
      const reason = tested?.reason ?? (side === asked(input, t - 1) ? null : "SIGNAL");
      if (reason !== null) return { exitBar: t, exitPrice: open[t], exitReason: reason };
      if (fillMode === "NEXT_OPEN") best = further(side, best, close[t - 1]);
    }
    if (fillMode === "INTRABAR") {
      const hit = hitAt(input, trade, best, t);
      if (hit !== null) {
        const towards = hit.reason === "TAKE_PROFIT" ? 1 : -1;
        const beyond = side * towards * (open[t] - hit.level) >= 0;
        const exitPrice = beyond ? open[t] : hit.level;
        return { exitBar: t, exitPrice, exitReason: hit.reason };
      }
      best = further(side, best, (side > 0 ? input.high! : input.low!)[t]);
    }
    if (fillMode === "CLOSE" && t > trade.entryBar) {
      const reason = hitAt(input, trade, best, t)?.reason;
      const exitReason = reason ?? (side === asked(input, t) ? null : "SIGNAL");
      if (exitReason !== null) return { exitBar: t, exitPrice: close[t], exitReason };
      best = further(side, best, close[t]);
    }
  }
  return { exitBar: lastBar - 1, exitPrice: close[lastBar - 1], exitReason: "FORCED" };
}

/** The level that a test of bar t hits: of the stops the nearer one, before the target. */
function hitAt(
  { settings, risk, close, high, low }: ReferenceInput,
  trade: Trade,
  best: number,
  t: number,
) {
  const side = trade.direction === "LONG" ? 1 : -1;
  const inside = settings.fillMode === "INTRABAR";
  const worst = inside ? (side > 0 ? low! : high!)[t] : close[t];
  const top = inside ? (side > 0 ? high! : low!)[t] : close[t];
  const { stopLossPct, trailingStopPct, takeProfitPct } = risk;
  const stops = [
    {
      reason: "STOP_LOSS",
      level: trade.entryFill * (1 - (side * (stopLossPct ?? Number.NaN)) / 100),
    },
    { reason: "TRAILING_STOP", level: best * (1 - (side * (trailingStopPct ?? Number.NaN)) / 100) },
  ].filter(({ level }) => side * worst <= side * level);
  stops.sort((a, b) => side * (b.level - a.level));
  if (stops.length > 0) return stops[0];
  const target = trade.entryFill * (1 + (side * (takeProfitPct ?? Number.NaN)) / 100);
  return side * top >= side * target ? { reason: "TAKE_PROFIT", level: target } : null;
}

function further(side: number, a: number, b: number): number {
  return side > 0 ? Math.max(a, b) : Math.min(a, b);
}

/** +1 or -1 where the settings allow a position of that side, else 0. */
function asked({ signal, settings }: ReferenceInput, bar: number): number {
  const forbidden = { LONG_SHORT: 0, LONG_ONLY: -1, SHORT_ONLY: 1 }[settings.direction];
  return signal[bar] === forbidden ? 0 : signal[bar];
}

const REASONS = ["FORCED", "SIGNAL", "STOP_LOSS", "TAKE_PROFIT", "TRAILING_STOP"];

describe.each(FILL_MODES)("%s", (fillMode) => {
  it("leaves at the first reason there is, at its price", () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(anyInput, ({ settings, ...market }) => {
        const input = { ...market, settings: { ...settings, fillMode } };
        for (const trade of runReference(input).trades) {
          const { exitBar, exitPrice, exitReason } = trade;
          expect({ exitBar, exitPrice, exitReason }).toEqual(expectedExit(input, trade));
          const filledAt = fillMode === "CLOSE" ? input.close : input.open!;
          expect(trade.entryPrice).toBe(filledAt[trade.entryBar]);
          seen.set(exitReason, (seen.get(exitReason) ?? 0) + 1);
        }
      }),
      { numRuns: 1_000 },
    );
    expect([...seen.keys()].sort()).toEqual(REASONS);
    expect(Math.min(...seen.values())).toBeGreaterThan(5);
  });

  it("does not look ahead: the future of a bar moves no trade that has ended by then", () => {
    fc.assert(
      fc.property(anyInput, fc.nat(), ({ settings, ...market }, n) => {
        const input = { ...market, settings: { ...settings, fillMode } };
        const cut = input.firstBar + (n % (input.lastBar - input.firstBar + 1));
        const reversed = (column: Float64Array) => {
          const copy = column.slice();
          copy.subarray(cut).reverse();
          return copy;
        };
        const [open, high, low] = [input.open!, input.high!, input.low!].map(reversed);
        const signal = input.signal.slice();
        signal.subarray(cut).reverse();
        const prices = { open, high, low, close: reversed(input.close) };
        const other = runReference({ ...input, ...prices, signal });
        const past = ({ exitBar }: Trade) => exitBar < cut;
        expect(other.trades.filter(past)).toEqual(runReference(input).trades.filter(past));
      }),
      { numRuns: 300 },
    );
  });
});

/** One long from a signal on the first bar, in bars of [open, high, low, close]. */
function longOf(
  bars: readonly (readonly number[])[],
  fillMode: FillMode,
  changes: { risk?: object; settings?: Partial<ExecutionSettings> } = {},
) {
  const [open, high, low, close] = [0, 1, 2, 3].map((c) =>
    Float64Array.from(bars, (bar) => bar[c]),
  );
  const execution = runReference({
    ...{ open, high, low, close },
    signal: new Int8Array(bars.length).fill(1),
    firstBar: 0,
    lastBar: bars.length,
    settings: { ...FREE_SETTINGS, fillMode, ...changes.settings },
    risk: { ...RISK_OFF, ...changes.risk },
  });
  return execution.trades.map((t) => [
    t.entryBar,
    t.entryPrice,
    t.exitBar,
    t.exitPrice,
    t.exitReason,
  ]);
}

describe("prices of exits", () => {
  const calm = [100, 101, 99, 100];
  const stopAndTarget = { risk: { stopLossPct: 5, takeProfitPct: 5 } };

  it("INTRABAR fills at the level, at the open of a bar that opens beyond it", () => {
    const inside = longOf([calm, calm, [100, 104, 90, 92]], "INTRABAR", stopAndTarget);
    expect(inside).toEqual([[1, 100, 2, 95, "STOP_LOSS"]]);
    const gap = longOf([calm, calm, [93, 94, 90, 92]], "INTRABAR", stopAndTarget);
    expect(gap).toEqual([[1, 100, 2, 93, "STOP_LOSS"]]);
    const target = longOf([calm, calm, [107, 109, 106, 108]], "INTRABAR", stopAndTarget);
    expect(target).toEqual([[1, 100, 2, 107, "TAKE_PROFIT"]]);
  });

  it("INTRABAR takes the stop where a bar hits both, even if it opens beyond the target", () => {
    const both = longOf([calm, calm, [100, 110, 90, 100]], "INTRABAR", stopAndTarget);
    expect(both).toEqual([[1, 100, 2, 95, "STOP_LOSS"]]);
    const opensAbove = longOf([calm, calm, [107, 110, 90, 100]], "INTRABAR", stopAndTarget);
    expect(opensAbove).toEqual([[1, 100, 2, 95, "STOP_LOSS"]]);
  });

  it("INTRABAR tests the entry bar, the other modes wait for closes", () => {
    const bars = [calm, [100, 101, 94, 100], [100, 101, 99, 94], [90, 91, 89, 90], calm];
    const risk = { risk: { stopLossPct: 5 } };
    expect(longOf(bars, "INTRABAR", risk)).toEqual([[1, 100, 1, 95, "STOP_LOSS"]]);
    expect(longOf(bars, "NEXT_OPEN", risk)).toEqual([[1, 100, 3, 90, "STOP_LOSS"]]);
    expect(longOf(bars, "CLOSE", risk)).toEqual([[0, 100, 2, 94, "STOP_LOSS"]]);
  });

  it("a trailing stop follows the bars before the test, never the one it is tested on", () => {
    const risk = { risk: { trailingStopPct: 10 } };
    const bars = [calm, calm, [100, 120, 100, 118], [118, 119, 107, 110], calm];
    expect(longOf(bars, "INTRABAR", risk)).toEqual([[1, 100, 3, 108, "TRAILING_STOP"]]);
    const closes = [calm, calm, [100, 120, 100, 118], [118, 119, 107, 106], [105, 105, 105, 105]];
    expect(longOf(closes, "CLOSE", risk)).toEqual([[0, 100, 3, 106, "TRAILING_STOP"]]);
    expect(longOf(closes, "NEXT_OPEN", risk)).toEqual([[1, 100, 4, 105, "TRAILING_STOP"]]);
  });

  it("a delayed entry waits for its bars, and for as long as the signal stands", () => {
    const bars = [calm, calm, calm, [103, 104, 102, 103], calm, calm];
    const settings = { entryDelayBars: 2 };
    expect(longOf(bars, "CLOSE", { settings })).toEqual([[2, 100, 5, 100, "FORCED"]]);
    expect(longOf(bars, "NEXT_OPEN", { settings })).toEqual([[3, 103, 5, 100, "FORCED"]]);
    expect(longOf(bars, "NEXT_OPEN", { settings: { entryDelayBars: 5 } })).toEqual([]);
  });
});

describe("relations between the fill modes", () => {
  it("NEXT_OPEN is CLOSE one bar later where every bar opens at the close before it", () => {
    let trades = 0;
    fc.assert(
      fc.property(anyInput, (input) => {
        const { close, firstBar, lastBar } = input;
        if (lastBar === firstBar || lastBar === close.length) return;
        const open = close.map((price, t) => (t === 0 ? price : close[t - 1]));
        // So that nothing is entered or forced at the end of the earlier range.
        const signal = input.signal.with(lastBar - 1, 0);
        const modes = (["CLOSE", "NEXT_OPEN"] as const).map((fillMode, later) =>
          runReference({
            ...input,
            ...{ open, signal, firstBar, lastBar: lastBar + later },
            settings: { ...input.settings, fillMode },
          }),
        );
        const shifted = modes[0].trades.map((trade) => ({
          ...trade,
          entryBar: trade.entryBar + 1,
          exitBar: trade.exitBar + 1,
        }));
        expect(modes[1].trades).toEqual(shifted);
        expect(modes[1].endEquity).toBe(modes[0].endEquity);
        trades += shifted.length;
      }),
      { numRuns: 600 },
    );
    expect(trades).toBeGreaterThan(500);
  });

  it("INTRABAR is NEXT_OPEN where nothing is hit: without stops and targets", () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const [opens, inside] = (["NEXT_OPEN", "INTRABAR"] as const).map((fillMode) =>
          runReference({ ...input, settings: { ...input.settings, fillMode }, risk: RISK_OFF }),
        );
        expect(inside).toEqual(opens);
      }),
      { numRuns: 300 },
    );
  });

  it("a delay is a signal that begins so many bars later", () => {
    fc.assert(
      fc.property(anyInput, fc.integer({ min: 1, max: 5 }), (input, entryDelayBars) => {
        const settings = { ...input.settings, entryDelayBars: 0 };
        const signal = input.signal.map((side, t) => {
          for (let back = 0; back <= entryDelayBars; back++) {
            if (t - back < input.firstBar || input.signal[t - back] !== side) return 0;
          }
          return side;
        });
        const delayed = runReference({ ...input, settings: { ...settings, entryDelayBars } });
        expect(delayed).toEqual(runReference({ ...input, signal, settings }));
      }),
      { numRuns: 500 },
    );
  });

  it("a trailing stop leaves no later than a stop-loss as wide", () => {
    fc.assert(
      fc.property(anyInput, fc.constantFrom(0.5, 3, 10), (input, pct) => {
        const exits = [{ stopLossPct: pct }, { trailingStopPct: pct }].map((level) => {
          const { trades } = runReference({ ...input, risk: { ...RISK_OFF, ...level } });
          return new Map(trades.map((trade) => [trade.entryBar, trade.exitBar]));
        });
        for (const [entry, exit] of exits[1]) {
          expect(exit).toBeLessThanOrEqual(exits[0].get(entry) ?? Number.POSITIVE_INFINITY);
        }
      }),
      { numRuns: 500 },
    );
  });
});
