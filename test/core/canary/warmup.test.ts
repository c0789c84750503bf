import { describe, expect, it } from "vitest";
import { presetNames } from "../../../src/cli/preset.ts";
import { indicatorHistory, SETTLED_WITHIN } from "../../../src/core/canary/check-indicator.ts";
import { checkWarmup } from "../../../src/core/canary/check-warmup.ts";
import { findIndicator, INDICATORS } from "../../../src/core/indicators/registry.ts";
import { withDefaults } from "../../../src/core/parameter.ts";
import { syntheticCandles } from "../../../src/market-data/synthetic.ts";
import { presetPlan } from "../../support/preset-plans.ts";
import { HOURLY_MARKET, planOf } from "../../support/request-samples.ts";

const MARKET = syntheticCandles({ seed: 11, bars: 3_000, timeframe: "1h" });

/** Sums from the first bar on: where the candles begin shows for ever. */
const NEVER_SETTLE = new Set(["volume.ad_line", "volume.obv"]);
/** They forget their beginning, but not after a fixed number of bars. */
const FADE = new Set([
  "ma.kama",
  "momentum.fisher",
  "trend.chandelier_exit",
  "trend.psar",
  "trend.supertrend",
  "volume.session_vwap",
]);
/** The true range of the first bar has no close before it, and is another one later. */
const NEEDS_THE_CLOSE_BEFORE = new Set(["volatility.choppiness", "volatility.tr"]);
/** Events are too rare to see all of the history that they need. */
const RARE = new Set(["structure.pivots"]);

describe("the history of indicators", () => {
  it.each(
    INDICATORS.map((indicator) => [indicator.id, indicator] as const),
  )("%s needs its window, or more where it is recursive", (id, indicator) => {
    const params = withDefaults(indicator.params, {});
    const fades = FADE.has(id) || indicator.params.some(({ name }) => name === "seeding");
    indicatorHistory(indicator, params, MARKET).forEach((history, o) => {
      const { undefinedBars, settledBars } = history;
      const warmup = indicator.warmup(params)[o];
      const before = NEEDS_THE_CLOSE_BEFORE.has(id) ? 1 : 0;
      if (NEVER_SETTLE.has(id)) expect(settledBars).toBeNull();
      else if (RARE.has(id)) expect(settledBars).toBeLessThanOrEqual(warmup);
      else if (fades) expect(settledBars).toBeGreaterThan(undefinedBars);
      else expect([undefinedBars, settledBars]).toEqual([warmup, warmup + before]);
    });
  });

  it("of an exponential average is what its weights say", () => {
    for (const window of [5, 20, 50, 120]) {
      const params = { window, source: "close", seeding: "sma" };
      const [{ settledBars }] = indicatorHistory(findIndicator("ma.ema")!, params, MARKET);
      // The first value keeps the weight (1 - 2 / (window + 1)) ** bars; it is off by some percent.
      const fade = Math.log(SETTLED_WITHIN / 0.02) / Math.log(1 - 2 / (window + 1));
      expect(settledBars).toBeGreaterThan(0.6 * fade);
      expect(settledBars).toBeLessThan(1.4 * fade + window);
    }
  });

  it("is unknown where the candles are too few to tell", () => {
    const ema = findIndicator("ma.ema")!;
    const params = { window: 500, source: "close", seeding: "sma" };
    expect(indicatorHistory(ema, params, MARKET)).toMatchObject([
      { undefinedBars: 499, settledBars: null },
    ]);
  });
});

describe("the warm-up of a strategy", () => {
  const report = (strategy: object, warmupBars: number) => {
    const { time } = HOURLY_MARKET.candles;
    const { sweep } = planOf({
      dataset: "d",
      strategy,
      range: { start: time[600] },
      warmupBars,
    });
    return checkWarmup({ sweep, candles: HOURLY_MARKET.candles });
  };
  const strategy = {
    expressions: { long: "sma($n) > wma(30) and ema(10) > close" },
    parameters: { n: [20, 50] },
  };

  it("is enough or not, and which indicator needs most is said first", () => {
    const enough = report(strategy, 200);
    expect(enough).toMatchObject({ passed: true, warmupBars: 200 });
    expect(enough.needs.map(({ indicator }) => indicator)).toEqual([
      "ma.ema",
      "ma.sma",
      "ma.wma",
      "ma.sma",
    ]);
    expect(enough.needs.slice(1).map(({ settledBars }) => settledBars)).toEqual([49, 29, 19]);
    expect(report(strategy, 60)).toMatchObject({ passed: false, warmupBars: 60 });
    expect(report(strategy, 0).passed).toBe(false);
    const prices = report({ expressions: { long: "close > open" } }, 0);
    expect(prices).toMatchObject({ passed: true, needs: [] });
  });

  it("is never enough for sums from the first bar on", () => {
    const obv = report({ expressions: { long: "obv() > obv()[5]" } }, 500);
    expect(obv.passed).toBe(false);
    expect(obv.needs).toMatchObject([{ indicator: "volume.obv", settledBars: null }]);
  });

  it.each(presetNames())("of the preset %s is known", async (name) => {
    const { plan, candles } = await presetPlan(name);
    const { needs, warmupBars, bars } = checkWarmup({ sweep: plan.sweep, candles });
    expect(warmupBars).toBe(plan.sweep.firstBar);
    expect(bars).toBe(Math.min(12_000, candles.time.length));
    expect(needs.length).toBeGreaterThan(0);
    for (const { settledBars } of needs) expect(settledBars).not.toBeNull();
  });
});
