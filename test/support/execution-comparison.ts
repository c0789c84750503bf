import type { Execution } from "../../src/core/execution/reference-engine.ts";
import type { Trade } from "../../src/core/execution/trade.ts";
import { type Expected, runScenario, type Scenario } from "./execution-scenarios.ts";
import { ValueCheck } from "./value-check.ts";

/**
 * Trades, cash and equity of a foreign engine. Tolerance 1e-12 relative, as its manifest says.
 * Amounts that are a difference of larger ones (profits, cash after a loss, equity) carry the
 * rounding of those, which no relative bound on the difference can cover: for them the bound is
 * relative to the larger amount, the stake or the cash.
 */
export const EXECUTION_TOLERANCE = 1e-12;

export interface ExecutionOutcome {
  readonly trades: number;
  readonly check: ValueCheck;
}

/** Throws where the engine refuses the scenario. */
export function compareExecution(scenario: Scenario): ExecutionOutcome {
  const { expected } = scenario;
  const execution = runScenario(scenario);
  const check = new ValueCheck(EXECUTION_TOLERANCE);
  compareTrades(check, execution.trades, expected);
  compareAccount(check, execution, scenario);
  if (expected.equity !== undefined) compareSeries(check, execution, scenario, expected.equity);
  return { trades: execution.trades.length, check };
}

const EXIT_REASON = {
  STOP_LOSS: "sl",
  TRAILING_STOP: "none",
  TAKE_PROFIT: "tp",
  SIGNAL: "signal_exit",
  FORCED: "forced_close",
} as const;

/** Columns of a foreign trade. */
const EXACT = { entryFill: 4, exitFill: 5, quantity: 6, stake: 7, exitAmount: 8 } as const;
const FEES = { entryFee: 9, exitFee: 10 } as const;
const DIFFERENCES = { grossProfit: 11, netProfit: 12, lockedProfit: 13 } as const;

function compareTrades(check: ValueCheck, trades: readonly Trade[], expected: Expected): void {
  check.same(trades.length, expected.trades.length, "number of trades");
  for (const [i, trade] of trades.entries()) {
    const foreign = expected.trades[i];
    if (foreign === undefined) return;
    const what = `trade ${i + 1}`;
    const { direction, entryBar, exitBar, exitReason } = trade;
    const identity = [i + 1, direction.toLowerCase(), entryBar, exitBar];
    identity.forEach((value, column) => {
      check.same(value, foreign[column], `${what} column ${column}`);
    });
    check.same(EXIT_REASON[exitReason], foreign[14], `${what} reason`);
    const row = foreign.map(Number);
    for (const [name, column] of Object.entries({ ...EXACT, ...FEES })) {
      check.near(trade[name as keyof typeof EXACT], row[column], row[column], `${what} ${name}`);
    }
    const amount = Math.max(row[7], row[8]);
    for (const [name, column] of Object.entries(DIFFERENCES)) {
      check.near(trade[name as keyof typeof DIFFERENCES], row[column], amount, `${what} ${name}`);
    }
  }
}

function compareAccount(
  check: ValueCheck,
  execution: Execution,
  { expected, settings }: Scenario,
): void {
  const cash = Math.max(settings.startCash, Math.abs(expected.equityEndQuote));
  check.near(execution.endEquity, expected.equityEndQuote, cash, "end equity");
  check.near(execution.available, expected.availableQuote, cash, "available");
  check.near(execution.safe, expected.safeQuote, cash, "safe");
  const returnPct = (execution.endEquity / settings.startCash - 1) * 100;
  const percent = (cash / settings.startCash) * 100;
  check.near(returnPct, expected.totalReturnPct, percent, "return");
}

function compareSeries(
  check: ValueCheck,
  execution: Execution,
  { settings, firstBar, lastBar }: Scenario,
  equity: NonNullable<Expected["equity"]>,
): void {
  check.same(execution.equity.length, lastBar - firstBar, "bars");
  for (const [i, local] of equity.localIndices.entries()) {
    const close = equity.equityClose[i];
    const cash = Math.max(settings.startCash, close);
    check.near(execution.equity[local], close, cash, `equity ${local}`);
    check.same(execution.inPosition[local], equity.havePosition[i], `position ${local}`);
    const share = equity.exposureFrac[i] ?? Number.NaN;
    check.near(execution.exposure[local], share, share, `exposure ${local}`);
  }
}
