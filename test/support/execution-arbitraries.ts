import fc from "fast-check";
import type { ReferenceInput } from "../../src/core/execution/reference-engine.ts";
import type { ExecutionSettings, RiskLevels } from "../../src/core/execution/settings.ts";

/** Random inputs of the reference engine; fast-check prints seed and path of a failure. */

/** Plain settings: everything goes in, nothing is paid. */
export const FREE_SETTINGS: ExecutionSettings = {
  direction: "LONG_SHORT",
  sizing: "ALL_IN",
  fillMode: "CLOSE",
  startCash: 10_000,
  fixedQuote: 100,
  safeProfitPct: 30,
  feePct: 0,
  slippagePct: 0,
  periodsPerYear: 365,
};

export const anySettings: fc.Arbitrary<ExecutionSettings> = fc.record({
  direction: fc.constantFrom("LONG_SHORT", "LONG_ONLY", "SHORT_ONLY"),
  sizing: fc.constantFrom("ALL_IN", "FIXED_QUOTE", "PROFIT_LOCK"),
  fillMode: fc.constant("CLOSE"),
  startCash: fc.constantFrom(1, 250.5, 10_000),
  fixedQuote: fc.constantFrom(0.25, 100, 20_000),
  safeProfitPct: fc.constantFrom(0, 30, 75.5, 100),
  feePct: fc.constantFrom(0, 0.075, 0.5, 10),
  slippagePct: fc.constantFrom(0, 0.01, 0.2, 5),
  periodsPerYear: fc.constantFrom(252, 365),
});

const level = fc.option(fc.constantFrom(0, 0.5, 1, 3, 10, 60, 150), { nil: null });
export const anyRisk: fc.Arbitrary<RiskLevels> = fc.record({
  stopLossPct: level,
  takeProfitPct: level,
});

/**
 * A walk on a tick grid: flat stretches, exact ties, small steps and jumps that wipe out a short.
 */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant(1) },
  { weight: 10, arbitrary: fc.integer({ min: -300, max: 300 }).map((bp) => 1 + bp / 10_000) },
  { weight: 1, arbitrary: fc.constantFrom(0.4, 0.8, 1.3, 2.5) },
);
const closes = (steps: readonly number[]): Float64Array => {
  let price = 100;
  return Float64Array.from(steps, (factor) => {
    price = Math.max(1, Math.round(price * factor * 100) / 100);
    return price;
  });
};

export interface Market {
  readonly close: Float64Array;
  readonly signal: Int8Array;
  readonly firstBar: number;
  readonly lastBar: number;
}

/**
 * Up to 120 bars with a signal that likes to persist, and a range within them that may be empty.
 */
export const anyMarket: fc.Arbitrary<Market> = fc
  .array(fc.record({ factor: step, signal: fc.constantFrom(1, 0, -1), keep: fc.boolean() }), {
    minLength: 1,
    maxLength: 120,
    size: "max",
  })
  .chain((bars) =>
    fc.tuple(fc.nat(bars.length), fc.nat(bars.length)).map(([a, b]) => {
      const signal = new Int8Array(bars.length);
      bars.forEach((bar, t) => {
        signal[t] = bar.keep && t > 0 ? signal[t - 1] : bar.signal;
      });
      const close = closes(bars.map((bar) => bar.factor));
      // Mostly most of the bars: shorter ranges find less.
      return { close, signal, firstBar: Math.min(a, b) >> 1, lastBar: Math.max(a, b) };
    }),
  );

export const anyInput: fc.Arbitrary<ReferenceInput> = fc
  .record({ market: anyMarket, settings: anySettings, risk: anyRisk })
  .map(({ market, settings, risk }) => ({ ...market, settings, risk }));
