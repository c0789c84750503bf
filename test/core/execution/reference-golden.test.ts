import { expect, it } from "vitest";
import type { Execution } from "../../../src/core/execution/reference-engine.ts";
import type { Trade } from "../../../src/core/execution/trade.ts";
import { runRequest } from "../../../src/plan/request.ts";
import {
  type Expected,
  loadScenarios,
  runScenario,
  SCENARIO_COUNT,
  type Scenario,
} from "../../support/execution-scenarios.ts";
import { describeGolden } from "../../support/golden.ts";

/**
 * Trades, cash and equity of a foreign engine. Tolerance 1e-12 relative, as its manifest says.
 * Amounts that are a difference of larger ones (profits, cash after a loss, equity) carry the
 * rounding of those, which no relative bound on the difference can cover: for them the bound is
 * relative to the larger amount, the stake or the cash.
 */
const TOLERANCE = 1e-12;

const EXIT_REASON = {
  STOP_LOSS: "sl",
  TAKE_PROFIT: "tp",
  SIGNAL: "signal_exit",
  FORCED: "forced_close",
} as const;

describeGolden("reference engine against a foreign engine", `${SCENARIO_COUNT} scenarios`, () => {
  const scenarios = loadScenarios();

  it("has all the scenarios", () => {
    expect(new Set(scenarios.map((scenario) => scenario.id)).size).toBe(SCENARIO_COUNT);
  });

  it.for(scenarios.map((scenario) => [scenario.id, scenario] as const))("%s", ([, scenario]) => {
    const { expected } = scenario;
    if (expected.engineError !== undefined) {
      expectRefusal(scenario);
      return;
    }
    const execution = runScenario(scenario);
    expectTrades(execution.trades, expected);
    expectAccount(execution, scenario);
    if (expected.equity !== undefined) expectSeries(execution, scenario, expected.equity);
  });
});

/**
 * What the foreign engine refuses in the middle of a run, the plan refuses before it and the engine
 * asserts.
 */
function expectRefusal(scenario: Scenario): void {
  const { slippagePct } = scenario.settings;
  expect(runRequest.shape.execution.safeParse({ slippagePct: 99 }).success).toBe(true);
  expect(runRequest.shape.execution.safeParse({ slippagePct }).success).toBe(false);
  expect(() => runScenario(scenario)).toThrow(/a fill must be positive/);
}

function expectTrades(trades: readonly Trade[], expected: Expected): void {
  expect(trades.map(identity)).toEqual(expected.trades.map((row) => [...row.slice(0, 4), row[14]]));
  trades.forEach((trade, i) => {
    const row = expected.trades[i].map(Number);
    const exact = { entryFill: 4, exitFill: 5, quantity: 6, stake: 7, exitAmount: 8 } as const;
    for (const [name, column] of Object.entries(exact) as [keyof typeof exact, number][]) {
      expectClose(trade[name], row[column], Math.abs(row[column]), `trade ${i + 1} ${name}`);
    }
    const fees = { entryFee: 9, exitFee: 10 } as const;
    for (const [name, column] of Object.entries(fees) as [keyof typeof fees, number][]) {
      expectClose(trade[name], row[column], Math.abs(row[column]), `trade ${i + 1} ${name}`);
    }
    const differences = { grossProfit: 11, netProfit: 12, lockedProfit: 13 } as const;
    for (const [name, column] of Object.entries(differences) as [
      keyof typeof differences,
      number,
    ][]) {
      expectClose(trade[name], row[column], Math.max(row[7], row[8]), `trade ${i + 1} ${name}`);
    }
  });
}

function identity(trade: Trade, i: number): unknown[] {
  const { direction, entryBar, exitBar, exitReason } = trade;
  return [i + 1, direction.toLowerCase(), entryBar, exitBar, EXIT_REASON[exitReason]];
}

function expectAccount(execution: Execution, { expected, settings }: Scenario): void {
  const cash = Math.max(settings.startCash, Math.abs(expected.equityEndQuote));
  expectClose(execution.endEquity, expected.equityEndQuote, cash, "end equity");
  expectClose(execution.available, expected.availableQuote, cash, "available");
  expectClose(execution.safe, expected.safeQuote, cash, "safe");
  const returnPct = (execution.endEquity / settings.startCash - 1) * 100;
  expectClose(returnPct, expected.totalReturnPct, (cash / settings.startCash) * 100, "return");
}

function expectSeries(
  execution: Execution,
  { settings, firstBar, lastBar }: Scenario,
  equity: NonNullable<Expected["equity"]>,
): void {
  expect(execution.equity.length).toBe(lastBar - firstBar);
  equity.localIndices.forEach((local, i) => {
    const close = equity.equityClose[i];
    expectClose(
      execution.equity[local],
      close,
      Math.max(settings.startCash, close),
      `equity ${local}`,
    );
    expect(execution.inPosition[local], `position ${local}`).toBe(equity.havePosition[i]);
    const share = equity.exposureFrac[i];
    if (share === null) expect(execution.exposure[local], `exposure ${local}`).toBeNaN();
    else expectClose(execution.exposure[local], share, Math.abs(share), `exposure ${local}`);
  });
}

function expectClose(actual: number, expected: number, scale: number, what: string): void {
  const error = Math.abs(actual - expected);
  expect(error, `${what}: ${actual} for ${expected}`).toBeLessThanOrEqual(TOLERANCE * scale);
}
