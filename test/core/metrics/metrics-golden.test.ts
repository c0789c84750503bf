import { describe, expect, it } from "vitest";
import { computeMetrics, type MetricName } from "../../../src/core/metrics/registry.ts";
import { deviation } from "../../../src/core/metrics/sample-statistics.ts";
import { measure } from "../../../src/core/metrics/track-record.ts";
import { foreignMetrics } from "../../support/execution-metrics.ts";
import {
  loadScenarios,
  reportScenario,
  runScenario,
  SCENARIO_COUNT,
  type Scenario,
} from "../../support/execution-scenarios.ts";
import { describeGolden } from "../../support/golden.ts";

/**
 * Metrics of a foreign engine, 1e-12 relative. Two engines that settle a trade by different
 * operations agree to 1e-12 of the amounts involved; a metric that takes differences of such
 * amounts, raises them to a power or divides by a small deviation spreads that further. `scale` is
 * what 1e-12 is relative to: the amount itself, widened by exactly that spread.
 */
const TOLERANCE = 1e-12;

/** A percent of this kind is `(ratio - 1) * 100`: it carries the rounding of a ratio near 1. */
const PERCENT = 100;
const RATIO_PERCENTS: readonly MetricName[] = [
  "totalReturnPct",
  "benchmarkReturnPct",
  "maxDrawdownPct",
  "avgDrawdownPct",
  "bestTradePct",
  "worstTradePct",
  "avgTradePct",
  "expectancyPct",
];
const PLAIN: readonly MetricName[] = [
  "coveragePct",
  "grossExposure",
  "numTrades",
  "longestDrawdownMs",
  "longestTradeMs",
];

/**
 * Without costs a trade may end at its entry price. Its profit is exactly 0 here; there it is
 * 1.8e-12 in four scenarios, because a quantity is rounded in between, and counts as a win.
 */
const ROUNDED_WINS = new Set(["rand-1001-023", "rand-1001-037", "rand-1001-102", "rand-1001-110"]);

describeGolden("metrics against a foreign engine", `${SCENARIO_COUNT} scenarios`, () => {
  const scenarios = loadScenarios();
  const measured = scenarios.filter((scenario) => scenario.expected.metrics !== undefined);
  const unreported = scenarios.filter((scenario) => scenario.expected.reportError !== undefined);

  it("finds metrics in all scenarios but those the foreign report refuses", () => {
    expect(measured.length + unreported.length).toBe(SCENARIO_COUNT - 1);
    expect(unreported.length).toBe(5);
  });

  it.for(measured.map((scenario) => [scenario.id, scenario] as const))("%s", ([, scenario]) => {
    expectMetrics(scenario);
  });

  describe("a reversal on the last bar, which the foreign report refuses", () => {
    it.for(unreported.map((scenario) => [scenario.id, scenario] as const))("%s", ([, scenario]) => {
      const { expected } = scenario;
      const { metrics, endEquity } = reportScenario(scenario, runScenario(scenario));
      expect(metrics.numTrades).toBe(expected.trades.length);
      expectClose(metrics.totalReturnPct, expected.totalReturnPct, PERCENT, "totalReturnPct");
      expectClose(endEquity, expected.equityEndQuote, expected.equityEndQuote, "endEquity");
      expect(metrics.maxDrawdownPct).toBeGreaterThan(0);
      expect(metrics.longestDrawdownMs).toBeGreaterThanOrEqual(0);
    });
  });
});

function expectMetrics(scenario: Scenario): void {
  const { settings, expected } = scenario;
  const execution = runScenario(scenario);
  const { time, close, timeframeMs } = scenario;
  const record = measure({ candles: { time, close }, timeframeMs, execution, settings });
  const ours = computeMetrics(record);
  const theirs = foreignMetrics(expected.metrics!);
  const check = (name: MetricName, scale: number) =>
    expectClose(ours[name], theirs[name], scale, name);

  check("totalProfit", Math.max(settings.startCash, Math.abs(expected.equityEndQuote)));
  for (const name of RATIO_PERCENTS) check(name, Math.max(PERCENT, Math.abs(theirs[name] ?? 0)));
  for (const name of PLAIN) check(name, Math.abs(theirs[name] ?? 0));
  for (const name of ["avgDrawdownMs", "avgTradeMs"] as const) {
    expect(ours[name] === null ? null : Math.floor(ours[name]), name).toBe(theirs[name]);
  }
  expectWinRate(scenario, ours.winRatePct, theirs.winRatePct);

  const profits = execution.trades.map((trade) => trade.netProfit);
  const stake = Math.max(
    ...execution.trades.map((trade) => Math.max(trade.stake, trade.exitAmount)),
  );
  const reach = Math.sqrt(profits.length) + Math.abs(theirs.sqn ?? 0);
  check("sqn", (reach * stake) / deviation(profits));

  expectRatios(ours, theirs, record.daily.days);
}

type Values = ReturnType<typeof computeMetrics>;

/** Sharpe and Sortino are geometric there, so they are compared through the parts of ours. */
function expectRatios(ours: Values, theirs: Values, days: number): void {
  const periods = 365;
  const growth = ours.annualReturn;
  const growthScale = ((1 + Math.abs(growth ?? 0)) * periods) / days;
  const parts = { sharpe: ours.annualVolatility, sortino: ours.downsideDeviation } as const;
  for (const name of ["sharpe", "sortino"] as const) {
    const risk = parts[name];
    const defined = growth !== null && risk !== null && risk > 0;
    expect(ours[name] === null, `${name} is null`).toBe(theirs[name] === null);
    expect(defined, `${name} has its parts`).toBe(theirs[name] !== null);
    if (!defined) continue;
    const scale = (growthScale + Math.abs(theirs[name]!) * Math.sqrt(periods)) / risk;
    expectClose(growth / risk, theirs[name], scale, name);
  }
  const depth = (ours.maxDrawdownPct ?? 0) / PERCENT;
  expectClose(
    ours.calmar,
    theirs.calmar,
    (growthScale + Math.abs(theirs.calmar ?? 0)) / depth,
    "calmar",
  );
}

function expectWinRate(
  { id, expected }: Scenario,
  ours: number | null,
  theirs: number | null,
): void {
  const profits = expected.trades.map((row) => ({ net: Number(row[12]), stake: Number(row[7]) }));
  const rounded = profits.filter(({ net, stake }) => net > 0 && net <= TOLERANCE * stake).length;
  expect(rounded > 0, `${id} has a win that is rounding`).toBe(ROUNDED_WINS.has(id));
  const without = theirs === null ? null : theirs - (rounded / profits.length) * 100;
  expectClose(ours, without, PERCENT, "winRatePct");
}

function expectClose(
  ours: number | null,
  theirs: number | null,
  scale: number,
  what: string,
): void {
  if (theirs === null || ours === null) {
    expect(ours, what).toBe(theirs);
    return;
  }
  const error = Math.abs(ours - theirs);
  expect(error, `${what}: ${ours} for ${theirs}`).toBeLessThanOrEqual(TOLERANCE * scale);
}
