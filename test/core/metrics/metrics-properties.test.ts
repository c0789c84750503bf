import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Execution,
  type ReferenceInput,
  runReference,
} from "../../../src/core/execution/reference-engine.ts";
import { RISK_OFF } from "../../../src/core/execution/settings.ts";
import { BETTER, RANKING_METRICS } from "../../../src/core/metrics/ranking-metric.ts";
import { METRIC_NAMES, METRICS, type MetricValues } from "../../../src/core/metrics/registry.ts";
import { buildReport } from "../../../src/core/report/report.ts";
import { anyInput, FREE_SETTINGS } from "../../support/execution-arbitraries.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Sample {
  readonly input: ReferenceInput;
  readonly execution: Execution;
  readonly time: Float64Array;
  readonly timeframeMs: number;
  readonly metrics: MetricValues;
}

/** Bars of 1, 6 or 24 hours from an odd hour on, with a gap of 61 bars somewhere. */
const anySample: fc.Arbitrary<Sample> = fc
  .record({
    input: anyInput,
    timeframeMs: fc.constantFrom(HOUR_MS, 6 * HOUR_MS, DAY_MS),
    gapAt: fc.nat(120),
  })
  .map(({ input, timeframeMs, gapAt }) => {
    const bars = Array.from(input.close, (_, t) => t + (t >= gapAt ? 61 : 0));
    const time = Float64Array.from(bars, (bar) => 19_000 * DAY_MS + bar * timeframeMs);
    const execution = runReference(input);
    const candles = { time, close: input.close };
    const { metrics } = buildReport({
      candles,
      timeframeMs,
      execution,
      settings: input.settings,
    });
    return { input, execution, time, timeframeMs, metrics };
  });

function holds(property: (sample: Sample) => void): void {
  fc.assert(fc.property(anySample, property), { numRuns: 400 });
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;

/** Change of equity between the last closes of successive UTC days, the long way round. */
function dailyReturns({ execution, time, timeframeMs }: Sample) {
  const closes = new Map<string, number>();
  execution.equity.forEach((equity, i) => {
    const closedAt = new Date(time[execution.firstBar + i] + timeframeMs);
    closes.set(closedAt.toISOString().slice(0, 10), equity);
  });
  const ends = [...closes.values()];
  return { base: ends[0], r: ends.slice(1).map((end, i) => end / ends[i] - 1) };
}

/** Null with fewer than two daily returns or a day at or below -100 %, the first one included. */
function annualFigures(sample: Sample) {
  const { base, r } = dailyReturns(sample);
  if (r.length < 2 || !(base > 0) || r.some((value) => !(value > -1))) return null;
  const periods = sample.input.settings.periodsPerYear;
  const centre = mean(r);
  const spread = Math.sqrt(sum(r.map((value) => (value - centre) ** 2)) / (r.length - 1));
  return {
    growth: r.reduce((product, value) => product * (1 + value), 1) ** (periods / r.length) - 1,
    volatility: spread * Math.sqrt(periods),
    downside: Math.sqrt(mean(r.map((value) => Math.min(value, 0) ** 2))) * Math.sqrt(periods),
    perYear: centre * periods,
  };
}

/** What a double cannot tell apart from a quotient near one, such as a growth of equity. */
const ROUNDING = 2 * Number.EPSILON;

/** Equal to nine digits but for `doubt`, the error that rounding brings; or both undefined. */
function expectNear(actual: number | null, expected: number | null, what: string, doubt = 0): void {
  if (actual === null || expected === null) {
    expect(actual, what).toBe(expected);
    return;
  }
  expect(Math.abs(actual - expected), `${what}: ${actual} for ${expected}`).toBeLessThanOrEqual(
    1e-9 * Math.max(1, Math.abs(expected)) + doubt,
  );
}

describe("metrics", () => {
  it("include every metric a sweep ranks by, better in the same direction", () => {
    for (const name of RANKING_METRICS) {
      expect(METRIC_NAMES).toContain(name);
      const { better } = METRICS[name];
      if (better !== null) expect(BETTER[name]).toBe(better === "HIGHER" ? "DESC" : "ASC");
    }
  });

  it("are finite or null, never -0, and plain on an empty range", () => {
    holds(({ metrics, execution }) => {
      for (const name of METRIC_NAMES) {
        expect(metrics[name] === null || Number.isFinite(metrics[name]), name).toBe(true);
        expect(metrics[name], name).not.toBe(-0);
      }
      if (execution.equity.length > 0) return;
      const defined = METRIC_NAMES.filter((name) => metrics[name] !== null);
      expect(defined).toEqual(["totalProfit", "totalReturnPct", "numTrades"]);
      expect(defined.map((name) => metrics[name])).toEqual([0, 0, 0]);
    });
  });

  it("annual figures and ratios follow from daily returns", () => {
    let ratios = 0;
    holds((sample) => {
      const { metrics } = sample;
      const figures = annualFigures(sample);
      expect(metrics.annualReturn === null).toBe(figures === null || figures.growth === Infinity);
      if (figures === null) {
        for (const name of [
          "annualVolatility",
          "downsideDeviation",
          "sharpe",
          "sortino",
          "calmar",
        ]) {
          expect(metrics[name as keyof MetricValues], name).toBeNull();
        }
        return;
      }
      const { growth, volatility, downside, perYear } = figures;
      if (growth < Infinity) expectNear(metrics.annualReturn, growth, "annualReturn");
      expectNear(metrics.annualVolatility, volatility, "annualVolatility");
      expectNear(metrics.downsideDeviation, downside, "downsideDeviation");
      expectNear(metrics.sortino, downside > 0 ? perYear / downside : null, "sortino");
      // Daily returns that differ by rounding only have no deviation, so no Sharpe ratio.
      const deviates = volatility > 1e-9;
      if (deviates || volatility === 0) {
        expectNear(metrics.sharpe, deviates ? perYear / volatility : null, "sharpe");
      }
      const depth = (metrics.maxDrawdownPct ?? 0) / 100;
      const doubt = (sample.input.settings.periodsPerYear * ROUNDING * (1 + growth)) / depth;
      if (growth < 1e6) {
        expectNear(metrics.calmar, depth > 0 ? growth / depth : null, "calmar", doubt);
      }
      ratios += metrics.sharpe !== null && metrics.sortino !== null ? 1 : 0;
    });
    expect(ratios).toBeGreaterThan(20);
  });

  it("drawdowns follow from equity and its running peak", () => {
    holds(({ metrics, execution }) => {
      const equity = [...execution.equity];
      if (equity.length === 0) return;
      const depths = equity.map((value, i) => {
        const peak = Math.max(...equity.slice(0, i + 1));
        return peak > 0 ? (1 - value / peak) * 100 : 0;
      });
      const deepest = Math.max(...depths);
      expectNear(metrics.maxDrawdownPct, deepest, "maxDrawdownPct");
      expectNear(metrics.avgDrawdownPct, mean(depths), "avgDrawdownPct");
      const ratio = deepest > 0 ? metrics.totalReturnPct! / deepest : null;
      const doubt = (100 * ROUNDING * (1 + Math.abs(ratio ?? 0))) / deepest;
      expectNear(metrics.returnOverMaxDrawdown, ratio, "returnOverMaxDrawdown", doubt);
      expect(metrics.longestDrawdownMs === null).toBe(deepest === 0);
    });
  });

  it("risk figures fit each other", () => {
    let [winners, losers] = [0, 0];
    const atMost = (a: number, b: number) => expect(a).toBeLessThanOrEqual(b + 1e-9 * Math.abs(b));
    holds(({ metrics, execution }) => {
      if (execution.equity.length === 0) return;
      const { ulcerIndexPct, timeUnderWaterPct, sharpe, omega, probabilisticSharpe } = metrics;
      atMost(metrics.avgDrawdownPct!, ulcerIndexPct!);
      atMost(ulcerIndexPct!, metrics.maxDrawdownPct!);
      atMost(ulcerIndexPct!, metrics.maxDrawdownPct! * Math.sqrt(timeUnderWaterPct! / 100));
      expect(timeUnderWaterPct === 0).toBe(metrics.longestDrawdownMs === null);
      if (metrics.expectedShortfall95Pct !== null) {
        expect(metrics.expectedShortfall95Pct).toBeGreaterThanOrEqual(
          metrics.valueAtRisk95Pct! - 1e-9,
        );
      }
      expect(probabilisticSharpe === null).toBe(sharpe === null);
      expect(metrics.deflatedSharpe).toBeNull();
      if (sharpe === null || omega === null || Math.abs(sharpe) < 1e-9) return;
      expect(omega > 1).toBe(sharpe > 0);
      expect(probabilisticSharpe! > 0.5).toBe(sharpe > 0);
      if (sharpe > 0) winners++;
      else losers++;
    });
    // Some 25 of each in 400 samples.
    expect(Math.min(winners, losers)).toBeGreaterThan(2);
  });

  it("trade figures follow from the trades", () => {
    holds(({ metrics, execution, time }) => {
      const { trades } = execution;
      expect(metrics.numTrades).toBe(trades.length);
      if (trades.length === 0) return;
      const returns = trades.map((trade) => (trade.netProfit / trade.stake) * 100);
      expectNear(metrics.avgTradePct, mean(returns), "avgTradePct");
      expect(metrics.expectancyPct).toBe(metrics.avgTradePct);
      expect(metrics.bestTradePct).toBe(Math.max(...returns));
      expect(metrics.worstTradePct).toBe(Math.min(...returns));
      const durations = trades.map((trade) => time[trade.exitBar] - time[trade.entryBar]);
      expect(metrics.longestTradeMs).toBe(Math.max(...durations));
      expect(metrics.avgTradeMs).toBe(mean(durations));
      const gains = trades.map((trade) => trade.netProfit).filter((profit) => profit > 0);
      const losses = trades.map((trade) => -trade.netProfit).filter((loss) => loss > 0);
      expectNear(metrics.winRatePct, (gains.length / trades.length) * 100, "winRatePct");
      const factor = losses.length > 0 ? sum(gains) / sum(losses) : null;
      expectNear(metrics.profitFactor, factor, "profitFactor");
    });
  });
});

describe("a report worked out by hand", () => {
  // Long from the first bar at 100, daily: +10 %, -10 %, +20 %, then flat from the fifth bar on.
  const close = Float64Array.of(100, 110, 99, 118.8, 120, 500);
  const signal = Int8Array.of(1, 1, 1, 0, 0, 0);
  const time = Float64Array.from(close, (_, t) => 19_000 * DAY_MS + t * DAY_MS);
  const settings = { ...FREE_SETTINGS, periodsPerYear: 252 };
  const execution = runReference({
    close,
    signal,
    firstBar: 0,
    lastBar: 5,
    settings,
    risk: RISK_OFF,
  });
  const report = buildReport({
    candles: { time, close },
    timeframeMs: DAY_MS,
    execution,
    settings,
  });

  it.for([
    ["totalProfit", 1880],
    ["totalReturnPct", 18.8],
    ["benchmarkReturnPct", 20],
    ["maxDrawdownPct", 10],
    ["avgDrawdownPct", 2],
    ["longestDrawdownMs", DAY_MS],
    ["avgDrawdownMs", DAY_MS],
    ["coveragePct", 80],
    ["grossExposure", (1 + 1 / 1.1 + 1 / 0.99 + 1 / 1.188) / 5],
    ["numTrades", 1],
    ["winRatePct", 100],
    ["bestTradePct", 18.8],
    ["longestTradeMs", 3 * DAY_MS],
    ["sqn", null],
    ["profitFactor", null],
    // Daily returns 0.1, -0.1, 0.2, 0: mean 0.05, squares about it 0.05, one loss.
    ["annualReturn", 1.188 ** 63 - 1],
    ["annualVolatility", Math.sqrt((0.05 / 3) * 252)],
    ["downsideDeviation", Math.sqrt((0.01 / 4) * 252)],
    ["sharpe", (0.05 / Math.sqrt(0.05 / 3)) * Math.sqrt(252)],
    ["sortino", (0.05 * 252) / Math.sqrt((0.01 / 4) * 252)],
    ["calmar", (1.188 ** 63 - 1) / 0.1],
    ["returnOverMaxDrawdown", 1.88],
  ] as const)("%s is %s", ([name, expected]) => expectNear(report.metrics[name], expected, name));

  it("covers the range from the first open to the last close", () => {
    expect(report.range).toEqual({ startMs: 19_000 * DAY_MS, endMs: 19_005 * DAY_MS });
    expect(report.endEquity).toBeCloseTo(11_880, 8);
  });
});
