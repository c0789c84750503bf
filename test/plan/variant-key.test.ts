import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VariantSpace } from "../../src/core/grid/variant-space.ts";
import { describeVariant, type VariantDescription } from "../../src/core/stages/describe.ts";
import { riskCells } from "../../src/core/stages/sweep.ts";
import type { RunPlan } from "../../src/plan/run-plan.ts";
import { variantKey } from "../../src/plan/variant-key.ts";
import { CROSS_REQUEST, HOUR_MS, HOURLY_MARKET, planOf } from "../support/request-samples.ts";

/** Every variant of Stage B. */
function variantsOf(plan: RunPlan): VariantDescription[] {
  const { grid } = new VariantSpace(plan.sweep.axes, null);
  const count = grid.size * riskCells(plan.sweep);
  return Array.from({ length: count }, (_, i) => describeVariant(plan.sweep, "STAGE_B", i));
}

/** The key of the variant with these windows, fast and slow, and this stop. */
function keyOf(plan: RunPlan, fast: number, slow: number, stop: number | null = null): string {
  const variant = variantsOf(plan).find(
    ({ params, stopLossPct, takeProfitPct }) =>
      params["fast.window"] === fast &&
      params["slow.window"] === slow &&
      stopLossPct === stop &&
      takeProfitPct === null,
  );
  if (variant === undefined) throw new Error(`no variant ${fast}, ${slow}, ${stop}`);
  return variantKey(plan, variant);
}

const PLAN = planOf(CROSS_REQUEST);
const { strategy } = CROSS_REQUEST;
const { fast, slow } = strategy.indicators;

/** The request with other values on its axes. */
function gridOf(fastWindow: unknown, slowWindow: unknown, stopLossPct: unknown) {
  const indicators = {
    slow: { ...slow, params: { window: slowWindow } },
    fast: { ...fast, params: { window: fastWindow } },
  };
  const risk = { stopLossPct, takeProfitPct: "off" };
  return { ...CROSS_REQUEST, strategy: { ...strategy, indicators }, risk };
}

describe("variant key", () => {
  it("differs for every variant of a plan", () => {
    const keys = variantsOf(PLAN).map((variant) => variantKey(PLAN, variant));
    expect(keys).toHaveLength(36 * 6);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is the same from every grid that has the variant", () => {
    const others = fc.uniqueArray(fc.integer({ min: 61, max: 99 }), { maxLength: 4 });
    fc.assert(
      fc.property(others, others, fc.constantFrom(2, 4, 6), fc.boolean(), (a, b, f, before) => {
        const around = (value: number, list: readonly number[]) =>
          before ? [...list, value] : [value, ...list];
        const grid = gridOf(around(f, a), around(20, b), ["off", 7, 2]);
        const plan = planOf({ ...grid, preselect: 99, topK: 1, label: "another" });
        expect(keyOf(plan, f, 20)).toBe(keyOf(PLAN, f, 20));
        expect(keyOf(plan, f, 20, 2)).toBe(keyOf(PLAN, f, 20, 2));
      }),
      { numRuns: 50 },
    );
    const unconstrained = { ...CROSS_REQUEST, strategy: { ...strategy, constraint: "1 < 2" } };
    expect(keyOf(planOf(unconstrained), 4, 30)).toBe(keyOf(PLAN, 4, 30));
  });

  it("does not see whether a default is written down", () => {
    const indicators = {
      fast: { id: "ma.sma", params: { ...fast.params, source: "close" } },
      slow: { id: "ma.ema", params: { ...slow.params, source: ["close"], seeding: "sma" } },
    };
    const { time } = HOURLY_MARKET.candles;
    const spelled = planOf({
      ...CROSS_REQUEST,
      timeframe: "1h",
      range: { start: time[0], end: time.at(-1)! + 2 * HOUR_MS },
      strategy: { ...strategy, indicators },
      execution: { startCash: 10_000 },
    });
    const variant = describeVariant(spelled.sweep, "STAGE_B", 0);
    const same = describeVariant(PLAN.sweep, "STAGE_B", 0);
    expect(variant.params).toMatchObject(same.params);
    expect(variantKey(spelled, variant)).toBe(variantKey(PLAN, same));
  });

  it("is the same for ever: what is not asked for is no part of it", () => {
    const variant = describeVariant(PLAN.sweep, "STAGE_B", 13);
    const key = "ab5cbd4b01bd510decd8a6d696caff395cb30fa40d6922774066b360d5f1ee6b";
    expect(variantKey(PLAN, variant)).toBe(key);
    expect(variantKey(PLAN, { ...variant, trailingStopPct: 2 })).not.toBe(key);
  });

  it("is the same in both stages where stop and target are off", () => {
    const base = describeVariant(PLAN.sweep, "STAGE_A", 8);
    const off = describeVariant(PLAN.sweep, "STAGE_B", 8 * riskCells(PLAN.sweep));
    expect(off).toEqual(base);
    expect(variantKey(PLAN, off)).toBe(variantKey(PLAN, base));
  });

  it("sees the warm-up that there was, not the one that was asked for", () => {
    const { time } = HOURLY_MARKET.candles;
    const range = { start: time[100] };
    const key = (warmupBars: number) =>
      keyOf(planOf({ ...CROSS_REQUEST, range, warmupBars }), 4, 30);
    expect(key(200)).toBe(key(5_000));
    expect(key(200)).not.toBe(key(50));
  });

  it("changes with data, range and execution", () => {
    const { time } = HOURLY_MARKET.candles;
    const other = { ...HOURLY_MARKET, datasetHash: "c".repeat(64) };
    const plans = [
      PLAN,
      planOf(CROSS_REQUEST, {}, other),
      planOf({ ...CROSS_REQUEST, range: { end: time[900] } }),
      planOf({ ...CROSS_REQUEST, execution: { feePct: 0 } }),
      planOf({ ...CROSS_REQUEST, execution: { fillMode: "NEXT_OPEN" } }),
      planOf({ ...CROSS_REQUEST, execution: { fundingShortPctPerBar: 0.01 } }),
      planOf({ ...CROSS_REQUEST, execution: { direction: "SHORT_ONLY" } }),
      planOf({ ...CROSS_REQUEST, execution: { sizing: "FIXED_QUOTE" } }),
    ];
    expect(new Set(plans.map((plan) => keyOf(plan, 4, 30))).size).toBe(plans.length);
  });
});
