import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resample } from "../../src/core/series/resample.ts";
import { CROSS_REQUEST, FULL_REQUEST, HOURLY_MARKET, planOf } from "../support/request-samples.ts";

const HASH = planOf(CROSS_REQUEST).planHash;
const hashOf = (overrides: object) => planOf({ ...CROSS_REQUEST, ...overrides }).planHash;

/** The same value with the members of every object in another order. */
function reordered(value: unknown, turn: number): unknown {
  if (Array.isArray(value)) return value.map((member) => reordered(member, turn));
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value).map(([key, member]) => [key, reordered(member, turn)]);
  const cut = turn % Math.max(1, members.length);
  return Object.fromEntries([...members.slice(cut), ...members.slice(0, cut)].reverse());
}

describe("plan hash", () => {
  it("does not see the order of keys", () => {
    fc.assert(
      fc.property(fc.nat(20), (turn) => {
        expect(planOf(reordered(CROSS_REQUEST, turn)).planHash).toBe(HASH);
      }),
      { numRuns: 20 },
    );
    const full = { ...FULL_REQUEST, timeframe: "1h" };
    expect(planOf(reordered(full, 3)).planHash).toBe(planOf(full).planHash);
  });

  it("does not see how the run is scheduled, named and sized", () => {
    const schedules = [
      { workers: 7 },
      { chunkVariants: 3 },
      { timeLimitSeconds: 5 },
      { priority: "BULK" },
    ];
    for (const schedule of schedules) expect(hashOf({ schedule })).toBe(HASH);
    expect(hashOf({ label: "again" })).toBe(HASH);
    expect(hashOf({ dataset: "another name of the same bytes" })).toBe(HASH);
    expect(planOf(CROSS_REQUEST, { workers: 5 }).planHash).toBe(HASH);
    expect(planOf(CROSS_REQUEST, { synchronous: true }).planHash).toBe(HASH);
    const guards = { maxVariantsPerStage: 100, maxBytes: 2 ** 33, chunkSeconds: 9 };
    expect(planOf(CROSS_REQUEST, { guards }).planHash).toBe(HASH);
  });

  it("does not see whether a default is written down", () => {
    const { time } = HOURLY_MARKET.candles;
    const spelled = [
      { warmupBars: 200, timeframe: "1h" },
      { execution: { feePct: 0.075, direction: "LONG_SHORT", fillMode: "CLOSE" } },
      { execution: { entryDelayBars: 0, fixedFee: 0, spreadPct: 0 } },
      { execution: { fundingLongPctPerBar: 0, fundingShortPctPerBar: 0 } },
      { risk: { ...CROSS_REQUEST.risk, trailingStopPct: "off" } },
      { range: { start: time[0] } },
      {
        ranking: {
          primary: { metric: "totalReturnPct", direction: "DESC" },
          secondary: { metric: "maxDrawdownPct", direction: "ASC" },
        },
      },
    ];
    for (const overrides of spelled) expect(hashOf(overrides)).toBe(HASH);
    const windows = { window: { start: 2, stop: 12, step: 2 } };
    const listed = { window: [2, 4, 6, 8, 10, 12] };
    const { indicators } = CROSS_REQUEST.strategy;
    for (const params of [windows, listed]) {
      const fast = { id: "ma.sma", params };
      const strategy = { ...CROSS_REQUEST.strategy, indicators: { ...indicators, fast } };
      expect(hashOf({ strategy })).toBe(HASH);
    }
  });

  it("is the same for ever: what is not asked for is no part of it", () => {
    expect(HASH).toBe("f3380d911503f51634a70697e9902779126b5c9386a8552bce65f71905174068");
  });

  it("changes with everything that a result depends on", () => {
    const { strategy, ranking } = CROSS_REQUEST;
    const { fast, slow } = strategy.indicators;
    const { time } = HOURLY_MARKET.candles;
    const withFast = (change: object) => ({
      strategy: { ...strategy, indicators: { fast: { ...fast, ...change }, slow } },
    });
    const variations = {
      values: withFast({ params: { window: [2, 4, 6, 8, 10] } }),
      order: withFast({ params: { window: [12, 10, 8, 6, 4, 2] } }),
      parameter: withFast({ params: { ...fast.params, source: "hl2" } }),
      indicator: withFast({ id: "ma.wma" }),
      rule: { strategy: { ...strategy, signals: undefined } },
      sides: {
        strategy: { ...strategy, signals: [{ rule: "cross", of: "slow", against: "fast" }] },
      },
      constraint: { strategy: { ...strategy, constraint: "fast.window <= slow.window" } },
      direction: { execution: { direction: "LONG_ONLY" } },
      sizing: { execution: { sizing: "PROFIT_LOCK" } },
      startCash: { execution: { startCash: 1 } },
      fixedQuote: { execution: { fixedQuote: 7 } },
      safeProfit: { execution: { safeProfitPct: 1 } },
      fee: { execution: { feePct: 0.08 } },
      slippage: { execution: { slippagePct: 0.02 } },
      periods: { execution: { periodsPerYear: 252 } },
      fillMode: { execution: { fillMode: "NEXT_OPEN" } },
      insideBars: { execution: { fillMode: "INTRABAR" } },
      entryDelay: { execution: { entryDelayBars: 1 } },
      fixedFee: { execution: { fixedFee: 1 } },
      spread: { execution: { spreadPct: 0.01 } },
      fundingLong: { execution: { fundingLongPctPerBar: 0.01 } },
      fundingShort: { execution: { fundingShortPctPerBar: 0.01 } },
      trails: { risk: { ...CROSS_REQUEST.risk, trailingStopPct: ["off", 1] } },
      stops: { risk: { ...CROSS_REQUEST.risk, stopLossPct: ["off", 1, 3] } },
      targets: { risk: { ...CROSS_REQUEST.risk, takeProfitPct: [3, "off"] } },
      primary: { ranking: { ...ranking, primary: { metric: "sharpe" } } },
      direction2: {
        ranking: { ...ranking, primary: { metric: "totalReturnPct", direction: "ASC" } },
      },
      secondary: { ranking: { primary: ranking.primary } },
      preselect: { preselect: 11 },
      topK: { topK: 6 },
      start: { range: { start: time[500] } },
      end: { range: { end: time[500] } },
      warmup: { range: { start: time[500] }, warmupBars: 100 },
    };
    const hashes = new Map([[HASH, "as it is"]]);
    for (const [name, overrides] of Object.entries(variations)) {
      const hash = hashOf(overrides);
      expect(hash).toMatch(/^[0-9a-f]{64}$/);
      expect(hashes.get(hash), name).toBeUndefined();
      hashes.set(hash, name);
    }
  });

  it("changes with the data and its timeframe", () => {
    const other = { ...HOURLY_MARKET, datasetHash: "b".repeat(64) };
    const candles = resample(HOURLY_MARKET.candles, "1h", "4h");
    const slower = { ...HOURLY_MARKET, timeframe: "4h" as const, candles };
    const hashes = [other, slower].map((market) => planOf(CROSS_REQUEST, {}, market).planHash);
    expect(new Set([HASH, ...hashes]).size).toBe(3);
  });
});
