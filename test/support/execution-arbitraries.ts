import fc from "fast-check";
import type { ReferenceInput } from "../../src/core/execution/reference-engine.ts";
import {
  type ExecutionSettings,
  FILL_MODES,
  type RiskLevels,
} from "../../src/core/execution/settings.ts";

/** Random inputs of the reference engine; fast-check prints seed and path of a failure. */

/** Plain settings: everything goes in, nothing is paid. */
export const FREE_SETTINGS: ExecutionSettings = {
  direction: "LONG_SHORT",
  sizing: "ALL_IN",
  fillMode: "CLOSE",
  entryDelayBars: 0,
  startCash: 10_000,
  fixedQuote: 100,
  safeProfitPct: 30,
  feePct: 0,
  fixedFee: 0,
  slippagePct: 0,
  spreadPct: 0,
  fundingLongPctPerBar: 0,
  fundingShortPctPerBar: 0,
  periodsPerYear: 365,
};

/** Settings whose fills and marks are closes: those that WASM twins serve. */
export const anyCloseSettings: fc.Arbitrary<ExecutionSettings> = fc.record({
  direction: fc.constantFrom("LONG_SHORT", "LONG_ONLY", "SHORT_ONLY"),
  sizing: fc.constantFrom("ALL_IN", "FIXED_QUOTE", "PROFIT_LOCK"),
  fillMode: fc.constant("CLOSE"),
  entryDelayBars: fc.constant(0),
  startCash: fc.constantFrom(1, 250.5, 10_000),
  fixedQuote: fc.constantFrom(0.25, 100, 20_000),
  safeProfitPct: fc.constantFrom(0, 30, 75.5, 100),
  feePct: fc.constantFrom(0, 0.075, 0.5, 10),
  fixedFee: fc.constant(0),
  slippagePct: fc.constantFrom(0, 0.01, 0.2, 5),
  spreadPct: fc.constantFrom(0, 0, 0.02, 3),
  fundingLongPctPerBar: fc.constant(0),
  fundingShortPctPerBar: fc.constant(0),
  periodsPerYear: fc.constantFrom(252, 365),
});

/** Every fill mode and every cost. */
export const anySettings: fc.Arbitrary<ExecutionSettings> = fc
  .record({
    close: anyCloseSettings,
    fillMode: fc.constantFrom(...FILL_MODES),
    entryDelayBars: fc.constantFrom(0, 0, 1, 2, 7),
    fixedFee: fc.constantFrom(0, 0, 0.01, 40),
    fundingLongPctPerBar: fc.constantFrom(0, 0, 0.01, -0.02, 2),
    fundingShortPctPerBar: fc.constantFrom(0, 0, 0.01, -0.02, 2),
  })
  .map(({ close, ...others }) => ({ ...close, ...others }));

const level = fc.option(fc.constantFrom(0, 0.5, 1, 3, 10, 60, 150), { nil: null });
export const anyRisk: fc.Arbitrary<RiskLevels> = fc.record({
  stopLossPct: level,
  trailingStopPct: level,
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
/** Where a bar opens, as a share of the close before it. */
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.constant(1) },
  { weight: 2, arbitrary: fc.constantFrom(0.995, 1.004) },
  { weight: 1, arbitrary: fc.constantFrom(0.5, 0.9, 1.2, 2) },
);
/** How far a bar reaches beyond its open and close. */
const reach = fc.constantFrom(0, 0, 0.001, 0.01, 0.05, 0.7);

interface Bar {
  readonly factor: number;
  readonly gap: number;
  readonly up: number;
  readonly down: number;
}

function barsOf(steps: readonly Bar[]) {
  const column = () => new Float64Array(steps.length);
  const bars = { open: column(), high: column(), low: column(), close: column() };
  let price = 100;
  steps.forEach((step, t) => {
    const open = onTick(price * step.gap);
    price = onTick(price * step.factor);
    bars.open[t] = open;
    bars.close[t] = price;
    bars.high[t] = onTick(Math.max(open, price) * (1 + step.up));
    bars.low[t] = onTick(Math.min(open, price) * (1 - step.down));
  });
  return bars;
}

function onTick(price: number): number {
  return Math.max(1, Math.round(price * 100) / 100);
}

export interface Market {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly signal: Int8Array;
  readonly firstBar: number;
  readonly lastBar: number;
}

/**
 * Up to 120 bars with a signal that likes to persist, and a range within them that may be empty.
 */
export const anyMarket: fc.Arbitrary<Market> = fc
  .array(
    fc.record({
      ...{ factor: step, gap, up: reach, down: reach },
      signal: fc.constantFrom(1, 0, -1),
      keep: fc.boolean(),
    }),
    { minLength: 1, maxLength: 120, size: "max" },
  )
  .chain((bars) =>
    fc.tuple(fc.nat(bars.length), fc.nat(bars.length)).map(([a, b]) => {
      const signal = new Int8Array(bars.length);
      bars.forEach((bar, t) => {
        signal[t] = bar.keep && t > 0 ? signal[t - 1] : bar.signal;
      });
      // Mostly most of the bars: shorter ranges find less.
      return { ...barsOf(bars), signal, firstBar: Math.min(a, b) >> 1, lastBar: Math.max(a, b) };
    }),
  );

export const anyInput: fc.Arbitrary<ReferenceInput> = fc
  .record({ market: anyMarket, settings: anySettings, risk: anyRisk })
  .map(({ market, settings, risk }) => ({ ...market, settings, risk }));
