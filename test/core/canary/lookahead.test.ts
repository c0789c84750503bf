import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { presetNames } from "../../../src/cli/preset.ts";
import { alterFuture, FUTURES } from "../../../src/core/canary/altered-future.ts";
import { indicatorLeaks } from "../../../src/core/canary/check-indicator.ts";
import { checkLookahead, MAX_FINDINGS } from "../../../src/core/canary/check-lookahead.ts";
import { sampleVariants } from "../../../src/core/canary/sample-variants.ts";
import type { ComputeOutputs } from "../../../src/core/canary/variant-reading.ts";
import { VariantSpace } from "../../../src/core/grid/variant-space.ts";
import type { Indicator } from "../../../src/core/indicators/indicator.ts";
import { findIndicator, INDICATORS } from "../../../src/core/indicators/registry.ts";
import { withDefaults } from "../../../src/core/parameter.ts";
import { Random } from "../../../src/core/random.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import { CANDLE_COLUMNS } from "../../../src/core/series/candles.ts";
import { computeOutputs } from "../../../src/core/signals/resolve-series.ts";
import { riskCells } from "../../../src/core/stages/sweep.ts";
import { syntheticCandles } from "../../../src/market-data/synthetic.ts";
import { arbitraryCandles } from "../../support/arbitrary-candles.ts";
import { presetPlan } from "../../support/preset-plans.ts";
import { CROSS_REQUEST, HOURLY_MARKET, planOf } from "../../support/request-samples.ts";
import { anySweep } from "../../support/sweep-arbitraries.ts";

const MARKET = syntheticCandles({ seed: 21, bars: 600, volatilityPct: 1 });

/** An SMA that knows the future at every bar, in ways that one can happen to write. */
type Leak = (close: Float64Array) => (t: number) => number;

const LEAKS: Readonly<Record<string, Leak>> = {
  "the next bar": (close) => (t) => close[t + 1] ?? Number.NaN,
  "fifty bars ahead": (close) => (t) => close[t + 50] ?? close[t],
  "the mean of all bars": (close) => {
    const sum = close.reduce((total, x) => total + x, 0);
    return (t) => close[t] / sum;
  },
  "how many bars there are": (close) => (t) => t / close.length,
  "the last bar, at one bar only": (close) => (t) =>
    t === 300 ? close[close.length - 1] : close[t],
};

function leaking(leak: Leak): Indicator {
  const sma = findIndicator("ma.sma")!;
  const compute: Indicator["compute"] = ({ candles }) => {
    const at = leak(candles.close);
    return [candles.close.map((_, t) => at(t))];
  };
  return { ...sma, compute };
}

describe("indicators", () => {
  it.each(
    INDICATORS.map((indicator) => [indicator.id, indicator] as const),
  )("%s does not know the future", (_, indicator) => {
    const params = withDefaults(indicator.params, {});
    const [output] = indicator.compute(new CandleView(MARKET), params);
    expect(output.some((x) => !Number.isNaN(x))).toBe(true);
    expect(indicatorLeaks(indicator, params, MARKET, { seed: 5 })).toEqual([]);
  });

  it.each(Object.entries(LEAKS))("that know %s are caught", (_, leak) => {
    const [found, ...others] = indicatorLeaks(leaking(leak), {}, MARKET, { cuts: 24 });
    expect(others).toEqual([]);
    expect(found.output).toBe("value");
    expect(found.moved).toBeLessThanOrEqual(found.last);
  });
});

describe("strategies", () => {
  it.each(presetNames())("preset %s does not know the future", async (name) => {
    const { plan, candles } = await presetPlan(name);
    const report = checkLookahead({ sweep: plan.sweep, candles });
    expect(report).toMatchObject({ passed: true, findings: [], variants: 6, cuts: 16 });
    expect(report.comparedBars).toBeGreaterThan(10_000);
    expect(report.sidedBars).toBeGreaterThan(report.comparedBars / 100);
  });

  it("do not, in whatever fill mode and direction, with stops and costs", () => {
    let compared = 0;
    let sided = 0;
    fc.assert(
      fc.property(anySweep, fc.nat(), ({ sweep, candles }, seed) => {
        const report = checkLookahead({ sweep, candles }, { seed, variants: 3, cuts: 4 });
        expect(report.findings).toEqual([]);
        compared += report.comparedBars;
        sided += report.sidedBars;
      }),
      { numRuns: 150 },
    );
    expect(compared).toBeGreaterThan(20_000);
    expect(sided).toBeGreaterThan(2_000);
  });

  const { sweep } = planOf(CROSS_REQUEST);
  const { candles } = HOURLY_MARKET;

  it.each(Object.entries(LEAKS))("are caught with an indicator that knows %s", (_, leak) => {
    const leaky = leaking(leak);
    const compute: ComputeOutputs = (view, id, params) =>
      id === "ma.sma" ? leaky.compute(view, params) : computeOutputs(view, id, params);
    const report = checkLookahead({ sweep, candles }, { compute, cuts: 24 });
    expect(report.passed).toBe(false);
    const found = report.findings.filter(({ what }) => what === "INDICATOR");
    expect(found.length).toBeGreaterThan(0);
    for (const finding of report.findings) {
      if (finding.what === "INDICATOR") expect(finding.output).toMatch(/^ma\.sma,/);
      expect(finding.movedMs).toBeLessThanOrEqual(finding.lastKnownMs);
    }
    expect(report.findings.length).toBeLessThanOrEqual(MAX_FINDINGS);
  });

  it("are caught by what they do with it, too", () => {
    const peeking: ComputeOutputs = (view, id, params) =>
      id === "ma.sma"
        ? leaking(LEAKS["the next bar"]).compute(view, params)
        : computeOutputs(view, id, params);
    const { findings } = checkLookahead({ sweep, candles }, { compute: peeking });
    const kinds = new Set(findings.map(({ what }) => what));
    expect([...kinds].sort()).toEqual(["EQUITY", "INDICATOR", "SIGNAL"]);
  });

  it("have a report that the seed alone decides, and that says when it saw nothing", () => {
    const market = { sweep, candles };
    expect(checkLookahead(market, { seed: 9 })).toEqual(checkLookahead(market, { seed: 9 }));
    const never = planOf({ dataset: "d", strategy: { expressions: { long: "close > 1e9" } } });
    const idle = checkLookahead({ sweep: never.sweep, candles });
    expect(idle).toMatchObject({ passed: true, variants: 1, sidedBars: 0 });
  });
});

describe("what is altered and sampled", () => {
  it("is the future only: bars that change their places, or are gone", () => {
    fc.assert(
      fc.property(arbitraryCandles(1, 60), fc.nat(59), fc.nat(), (candles, at, seed) => {
        const bars = candles.time.length;
        const last = Math.min(at, bars - 1);
        const [cut, other] = FUTURES.map((f) => alterFuture(candles, last, f, new Random(seed)));
        for (const name of CANDLE_COLUMNS) {
          expect(cut[name]).toEqual(candles[name].slice(0, last + 1));
          expect(other[name].slice(0, last + 1)).toEqual(cut[name]);
        }
        expect(other.time).toEqual(candles.time);
        const barsOf = ({ open, high, low, close, volume }: typeof candles) =>
          Array.from(open, (_, t) => [open[t], high[t], low[t], close[t], volume[t]].join()).sort();
        expect(barsOf(other)).toEqual(barsOf(candles));
      }),
    );
  });

  it("are variants that exist, each once", () => {
    fc.assert(
      fc.property(anySweep, fc.integer({ min: 2, max: 20 }), fc.nat(), ({ sweep }, count, seed) => {
        const space = new VariantSpace(sweep.axes, sweep.constraint);
        const cells = riskCells(sweep);
        const variants = sampleVariants(sweep, count, new Random(seed));
        expect(variants).toEqual([...new Set(variants)].sort((a, b) => a - b));
        expect(variants.length).toBeLessThanOrEqual(count);
        expect(variants.length).toBeGreaterThan(0);
        for (const variant of variants) {
          expect(variant).toBeLessThan(space.grid.size * cells);
          const digits = space.grid.digits(
            Math.floor(variant / cells),
            new Int32Array(sweep.axes.length),
          );
          expect(space.has(digits)).toBe(true);
        }
      }),
    );
  });
});
