import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BETTER, RANKING_METRICS } from "../../src/core/metrics/ranking-metric.ts";
import { riskCells } from "../../src/core/stages/sweep.ts";
import { DEFAULT_GUARDS } from "../../src/plan/guards.ts";
import { makePlan } from "../../src/plan/make-plan.ts";
import { parseRunRequest } from "../../src/plan/parse-request.ts";
import {
  CROSS_REQUEST,
  complaintsOf,
  FULL_REQUEST,
  HOUR_MS,
  HOURLY_MARKET,
  PLAN_OPTIONS,
  planOf,
  userError,
} from "../support/request-samples.ts";

const cross = (overrides: object) => planOf({ ...CROSS_REQUEST, ...overrides });

function isDeepFrozen(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeepFrozen);
}

describe("plan", () => {
  it("estimates variants by counting, as a brute force does", () => {
    const windows = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
    const distances = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1 });
    fc.assert(
      fc.property(windows, windows, distances, fc.integer({ min: 1, max: 40 }), (a, b, s, keep) => {
        const pairs = a.flatMap((fast) => b.filter((slow) => fast < slow));
        const strategy = {
          ...CROSS_REQUEST.strategy,
          indicators: {
            fast: { id: "ma.sma", params: { window: a } },
            slow: { id: "ma.sma", params: { window: b } },
          },
        };
        const risk = { stopLossPct: s, takeProfitPct: ["off", 5] };
        const plan = () => cross({ strategy, risk, preselect: keep });
        if (pairs.length === 0) {
          expect(complaintsOf(plan)).toMatchObject([
            { path: "strategy.constraint", message: "no variant is left", bound: ">= 1" },
          ]);
          return;
        }
        expect(plan().estimate).toMatchObject({
          indexSpace: a.length * b.length,
          stageAVariants: pairs.length,
          stageBVariants: Math.min(keep, pairs.length) * s.length * 2,
          bars: 1_000,
        });
      }),
      { numRuns: 60 },
    );
  });

  it("is frozen data that survives being stored", () => {
    for (const request of [CROSS_REQUEST, { ...FULL_REQUEST, timeframe: "1h" }]) {
      const plan = planOf(request);
      expect(isDeepFrozen(plan)).toBe(true);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    }
  });

  it("leaves the request it was given as it was", () => {
    const request = parseRunRequest(CROSS_REQUEST);
    const before = structuredClone(request);
    makePlan(request, HOURLY_MARKET, PLAN_OPTIONS);
    expect(request).toEqual(before);
    expect(Object.isFrozen(request)).toBe(false);
    expect(Object.isFrozen(request.execution)).toBe(false);
  });

  it("cuts the candles to the range and its warm-up", () => {
    const { time } = HOURLY_MARKET.candles;
    const range = { start: time[400] + HOUR_MS, end: time[700] + HOUR_MS };
    const plan = cross({ range, warmupBars: 50 });
    expect(plan).toMatchObject({
      feedBar: 350,
      endBar: 700,
      range: { startMs: time[400], endMs: time[699] + HOUR_MS },
      sweep: { firstBar: 50, lastBar: 350, timeframeMs: HOUR_MS },
      estimate: { bars: 350 },
    });
    expect(cross({ range, warmupBars: 5_000 })).toMatchObject({
      feedBar: 0,
      sweep: { firstBar: 400, lastBar: 700 },
    });
  });

  it("ranks by each metric in its better direction where none is named", () => {
    for (const metric of RANKING_METRICS) {
      const { ranking } = cross({ ranking: { primary: { metric } } }).sweep;
      expect(ranking).toEqual([{ metric, direction: BETTER[metric] }]);
      const named = { metric, direction: "ASC" };
      expect(cross({ ranking: { primary: named } }).sweep.ranking).toEqual([named]);
    }
    const twice = { primary: { metric: "sharpe" }, secondary: { metric: "sharpe" } };
    expect(complaintsOf(() => cross({ ranking: twice }))).toMatchObject([
      { path: "ranking.secondary.metric", value: "sharpe" },
    ]);
  });

  it("takes chunks of the size that is asked for, and sensible ones where none is", () => {
    const asked = cross({ schedule: { chunkVariants: 12 } });
    expect(asked.chunkVariants).toEqual({ stageA: 12, stageB: 2 });
    // Stage B's unit is a shortlist position with all its cells.
    expect(cross({ schedule: { chunkVariants: 1 } }).chunkVariants).toEqual({
      stageA: 1,
      stageB: 1,
    });
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        fc.integer({ min: 1, max: 64 }),
        (chunkSeconds, workers) => {
          const guards = { maxVariantsPerStage: 1e6, maxBytes: 2 ** 40, chunkSeconds };
          const { chunkVariants, sweep } = planOf(CROSS_REQUEST, { guards, workers });
          for (const size of Object.values(chunkVariants)) {
            expect(Number.isInteger(size)).toBe(true);
            expect(size).toBeGreaterThanOrEqual(1);
          }
          const most = Math.min(2 ** 20, 2 ** 15 * workers);
          expect(chunkVariants.stageA).toBeLessThanOrEqual(most);
          expect(chunkVariants.stageB * riskCells(sweep)).toBeLessThanOrEqual(most);
        },
      ),
    );
  });

  it("cuts no stage into more chunks than a start can write at once", () => {
    const axis = (stop: number) => ({ window: { start: 1, stop, step: 1 } });
    const indicators = {
      fast: { id: "ma.sma", params: axis(400) },
      slow: { id: "ma.sma", params: axis(500) },
    };
    const { strategy } = CROSS_REQUEST;
    const plan = (chunkVariants: number | undefined, preselect: number, chunkSeconds = 2) =>
      planOf(
        {
          ...CROSS_REQUEST,
          strategy: { ...strategy, indicators, constraint: "fast.window + slow.window > 2" },
          risk: { stopLossPct: ["off", 1] },
          preselect,
          schedule: { chunkVariants },
        },
        { guards: { ...DEFAULT_GUARDS, chunkSeconds } },
      ).chunkVariants;
    // 200,000 numbers of Stage A, and two cells a position of Stage B.
    expect(plan(4, 50_000)).toEqual({ stageA: 4, stageB: 2 });
    expect(complaintsOf(() => plan(3, 50_000))).toEqual([
      {
        path: "schedule.chunkVariants",
        message: "a stage has 50000 chunks at most",
        value: "3",
        bound: ">= 4",
      },
    ]);
    expect(plan(8, 200_000)).toEqual({ stageA: 8, stageB: 4 });
    expect(complaintsOf(() => plan(7, 200_000))).toMatchObject([{ bound: ">= 8" }]);
    expect(plan(undefined, 200_000, 1e-12)).toEqual({ stageA: 4, stageB: 4 });
  });

  it("reports the faults of strategy, risk and ranking together", () => {
    const found = complaintsOf(() =>
      cross({
        strategy: { indicators: { a: { id: "ma.none" } } },
        execution: { slippagePct: 60, spreadPct: 80 },
        risk: { stopLossPct: [-1], trailingStopPct: [], takeProfitPct: [2, 2] },
        ranking: { primary: { metric: "sharpe" }, secondary: { metric: "sharpe" } },
      }),
    );
    expect(found.map(({ path }) => path)).toEqual([
      "strategy.indicators.a.id",
      "risk.stopLossPct",
      "risk.trailingStopPct",
      "risk.takeProfitPct",
      "ranking.secondary.metric",
      "execution.spreadPct",
    ]);
  });

  it("finds a faulty constraint while planning, with its column", () => {
    const constrained = (constraint: string) =>
      cross({ strategy: { ...CROSS_REQUEST.strategy, constraint } });
    const faults = {
      "fast.window <": "expected a value, found the end (column 14)",
      "fast.window < quick.window":
        "unknown axis 'quick.window', axes are: slow.window, fast.window (column 15)",
      "fast.window < 'close'": 'expected a number, found "close" (column 13)',
      "fast.window": "a constraint must be true or false (column 1)",
    };
    for (const [text, message] of Object.entries(faults)) {
      expect(complaintsOf(() => constrained(text))).toEqual([
        { path: "strategy.constraint", message, value: text, bound: "a condition over the axes" },
      ]);
    }
    const error = userError(() => constrained("fast.window > 1000"));
    expect(error.complaints[0]).toMatchObject({ message: "no variant is left", bound: ">= 1" });
  });
});
