import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { syntheticCandles } from "../../src/market-data/synthetic.ts";
import { DEFAULT_GUARDS, halveGuards } from "../../src/plan/guards.ts";
import { CROSS_REQUEST, planOf, userError } from "../support/request-samples.ts";

/** `axes` price rules on averages, each over `windows` windows. */
function wideRequest(axes: number, windows: number, constraint?: string) {
  const names = Array.from({ length: axes }, (_, i) => `a${i}`);
  const window = { start: 1, stop: windows, step: 1 };
  const indicators = names.map((name) => [name, { id: "ma.sma", params: { window } }]);
  return {
    dataset: "d",
    strategy: {
      indicators: Object.fromEntries(indicators),
      ...(constraint === undefined ? {} : { constraint }),
    },
  };
}

const BASES = 34;
const CELLS = 6;

describe("guards", () => {
  it("refuse a grid that nobody could list, by arithmetic", () => {
    for (const [axes, windows] of [
      [4, 1_000],
      [10, 10_000],
      [16, 10_000],
    ]) {
      const error = userError(() => planOf(wideRequest(axes, windows)));
      expect(error.code).toBe("GRID_TOO_LARGE");
      const requested = new Array(axes).fill(windows).reduce((product, n) => product * n, 1);
      expect(error.details).toEqual({ stage: "STAGE_A", requested, allowed: 600_000 });
      expect(error.complaints).toEqual([
        {
          path: "strategy",
          message: "STAGE_A has too many variants",
          value: String(requested),
          bound: "<= 600000",
        },
      ]);
    }
    // A constraint does not make numbering a trillion candidates cheap.
    const thin = wideRequest(4, 1_000, "a0.window < 2 and a1.window < 2");
    const error = userError(() => planOf(thin));
    expect(error.details).toEqual({ stage: "STAGE_A", requested: 1e12, allowed: 600_000_000 });
    expect(error.message).toContain("before its constraint");
  });

  it("name a finite number however large the product is", () => {
    const levels = { start: 0.01, stop: 60, step: 0.01 };
    const bands = Array.from({ length: 32 }, (_, i) => [
      `b${i}`,
      { id: "volatility.bbands", params: { window: [5, 6], multiplier: levels } },
    ]);
    const signals = Array.from({ length: 16 }, (_, i) => ({
      ...{ rule: "cross", of: `b${2 * i}.upper`, against: `b${2 * i + 1}.upper` },
    }));
    const request = { dataset: "d", strategy: { indicators: Object.fromEntries(bands), signals } };
    const { details } = userError(() => planOf(request));
    expect(details.requested).toBeGreaterThan(1e100);
    expect(details.requested).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  it("refuse a constraint over more combinations than can be tabulated", () => {
    const guards = { ...DEFAULT_GUARDS, maxVariantsPerStage: 1e9 };
    const request = wideRequest(2, 5_000, "a0.window < a1.window");
    const error = userError(() => planOf(request, { guards }));
    expect(error.complaints).toMatchObject([
      { path: "strategy.constraint", value: "25000000", bound: "<= 16777216" },
    ]);
  });

  it("allow exactly as many variants of each stage as they say", () => {
    const allowed = fc.integer({ min: 2, max: 100 });
    fc.assert(
      fc.property(
        allowed,
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        (max, sync, preselect) => {
          const guards = { ...DEFAULT_GUARDS, maxVariantsPerStage: max };
          const plan = () => planOf({ ...CROSS_REQUEST, preselect }, { guards, synchronous: sync });
          const bound = sync ? Math.floor(max / 2) : max;
          const stageB = Math.min(preselect, BASES) * CELLS;
          const over = (stage: string, requested: number) => {
            const { code, details, message } = userError(plan);
            expect(code).toBe("GRID_TOO_LARGE");
            expect(details).toEqual({ stage, requested, allowed: bound });
            expect(message.includes("use startRun")).toBe(sync);
          };
          if (BASES > bound) over("STAGE_A", BASES);
          else if (stageB > bound) over("STAGE_B", stageB);
          else expect(plan().estimate.stageBVariants).toBe(stageB);
        },
      ),
    );
  });

  it("allow exactly as many bytes as they say", () => {
    const { bytes } = planOf(CROSS_REQUEST).estimate;
    const limited = (maxBytes: number, synchronous: boolean) => () =>
      planOf(CROSS_REQUEST, { guards: { ...DEFAULT_GUARDS, maxBytes }, synchronous });
    expect(limited(bytes, false)().estimate.bytes).toBe(bytes);
    const error = userError(limited(bytes - 1, false));
    expect(error.code).toBe("MEMORY_BUDGET_EXCEEDED");
    expect(error.details).toEqual({ requested: bytes, allowed: bytes - 1 });
    expect(error.message).not.toContain("startRun");
    expect(limited(2 * bytes, true)().estimate.bytes).toBe(bytes);
    const halved = userError(limited(2 * bytes - 1, true));
    expect(halved.details).toEqual({ requested: bytes, allowed: bytes - 1 });
    expect(halved.message).toContain("use startRun");
  });

  it("count columns of the stage whose chunks have more", () => {
    const levels = { start: 1, stop: 50, step: 1 };
    const bytesOf = (stopLossPct: object | "off", chunkVariants: number) => {
      const risk = { stopLossPct, takeProfitPct: "off" } as const;
      const request = { ...CROSS_REQUEST, risk, preselect: 20, schedule: { chunkVariants } };
      return planOf(request).estimate.bytes;
    };
    // Two columns, of the chunk computed, of the one stored, and packed.
    const grown = bytesOf(levels, 1_000) - bytesOf(levels, 100);
    expect(grown).toBeGreaterThanOrEqual(900 * 2 * 8 * 3);
    expect(bytesOf("off", 1_000) - bytesOf("off", 100)).toBe(0);
  });

  it("name what a run would need less memory without, in bytes", () => {
    const window = { start: 2, stop: 900, step: 1 };
    const many = { start: 0.1, stop: 30, step: 0.1 };
    const indicators = (slow: object) => ({
      fast: { id: "ma.sma", params: { window: [3, 4] } },
      slow: { id: "ma.sma", params: { window: slow } },
    });
    const signals = [{ rule: "cross", of: "fast", against: "slow" }];
    const strategy = (slow: object) => ({ indicators: indicators(slow), signals });
    const parts = { strategy: strategy([20]), preselect: 1, topK: 1, risk: {} };
    const schedule = { chunkVariants: 1_000_000 };
    const long = { start: 2, stop: 30, step: 0.001 };
    const expressions = { long: "rsi($window) < $level", exitLong: "rsi($window) > 60" };
    const parameters = { window: [5, 6], level: long };
    const candles = syntheticCandles({ seed: 1, bars: 20_000 });
    const market = { datasetHash: "d".repeat(64), timeframe: "1h" as const, candles };
    const cases: readonly (readonly [string, object])[] = [
      ["strategy.indicators.slow.params.window", { strategy: strategy(window) }],
      ["strategy.parameters.level", { strategy: { expressions, parameters } }],
      ["risk.takeProfitPct", { risk: { takeProfitPct: many, stopLossPct: [1, 2] } }],
      ["risk.trailingStopPct", { risk: { trailingStopPct: many } }],
      ["preselect", { preselect: 1_000_000, strategy: strategy([20]), schedule }],
      ["range", { warmupBars: 0 }],
      [
        "schedule.workers",
        { warmupBars: 0, range: { start: new Date(candles.time[19_000]).toISOString() } },
      ],
    ];
    for (const [path, change] of cases) {
      const request = { ...CROSS_REQUEST, ...parts, ...change };
      const workers = path === "schedule.workers" ? 4 : 1;
      const free = { guards: { ...DEFAULT_GUARDS, maxVariantsPerStage: 1e9 }, workers };
      const { bytes } = planOf(request, free, market).estimate;
      const guards = { ...free.guards, maxBytes: bytes - 1 };
      const { code, complaints } = userError(() => planOf(request, { ...free, guards }, market));
      expect(code).toBe("MEMORY_BUDGET_EXCEEDED");
      expect(complaints).toMatchObject([{ path, value: `${bytes}`, bound: `<= ${bytes - 1}` }]);
    }
  });

  it("halve to whole numbers and leave the pace alone", () => {
    expect(halveGuards({ maxVariantsPerStage: 7, maxBytes: 9, chunkSeconds: 2 })).toEqual({
      maxVariantsPerStage: 3,
      maxBytes: 4,
      chunkSeconds: 2,
    });
  });
});
