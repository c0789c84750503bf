import { TIMEFRAME_MS } from "../../src/core/series/timeframe.ts";
import { type Complaint, UserError } from "../../src/core/user-error.ts";
import { syntheticCandles } from "../../src/market-data/synthetic.ts";
import { DEFAULT_GUARDS } from "../../src/plan/guards.ts";
import { type Market, makePlan, type PlanOptions } from "../../src/plan/make-plan.ts";
import { parseRunRequest } from "../../src/plan/parse-request.ts";
import type { RunRequestInput } from "../../src/plan/request.ts";
import type { RunPlan } from "../../src/plan/run-plan.ts";

/** Fast against slow, 34 of 36 pairs, and a small risk grid. */
export const CROSS_REQUEST = {
  dataset: "synthetic",
  strategy: {
    indicators: {
      fast: { id: "ma.sma", params: { window: { start: 2, stop: 12, step: 2 } } },
      slow: { id: "ma.ema", params: { window: [10, 20, 30, 40, 50, 60] } },
    },
    signals: [{ rule: "cross", of: "fast", against: "slow" }],
    constraint: "fast.window < slow.window",
  },
  risk: { stopLossPct: ["off", 1, 2], takeProfitPct: ["off", 3] },
  ranking: { primary: { metric: "totalReturnPct" }, secondary: { metric: "maxDrawdownPct" } },
  preselect: 10,
  topK: 5,
} as const satisfies RunRequestInput;

/** Every field a request can have, at least once, none at its default. */
export const FULL_REQUEST = {
  dataset: "synthetic",
  timeframe: "4h",
  range: { start: "2020-01-03", end: 1_580_000_000_000 },
  warmupBars: 50,
  strategy: {
    indicators: {
      rsi: { id: "momentum.rsi", params: { window: [7, 14], source: ["close", "hl2"] } },
      trend: { id: "ma.sma", params: { window: { start: 50, stop: 100, step: 25 } } },
    },
    signals: [
      { name: "entry", rule: "band", of: "rsi.rsi", params: { long: [20, 30], short: 70 } },
      { name: "filter", rule: "cross", of: "rsi", against: "trend.value", params: {} },
    ],
    constraint: "rsi.window < trend.window",
  },
  execution: {
    direction: "LONG_ONLY",
    sizing: "PROFIT_LOCK",
    fillMode: "INTRABAR",
    entryDelayBars: 2,
    startCash: 5_000,
    fixedQuote: 50,
    safeProfitPct: 10,
    feePct: 0.1,
    fixedFee: 0.5,
    slippagePct: 0.02,
    spreadPct: 0.01,
    fundingLongPctPerBar: 0.001,
    fundingShortPctPerBar: -0.002,
    periodsPerYear: 252,
  },
  risk: {
    stopLossPct: { start: 1, stop: 3, step: 1 },
    trailingStopPct: ["off", 4],
    takeProfitPct: ["off", 5],
  },
  ranking: {
    primary: { metric: "sharpe", direction: "DESC" },
    secondary: { metric: "maxDrawdownPct", direction: "ASC" },
  },
  preselect: 12,
  topK: 7,
  schedule: { workers: 1, chunkVariants: 8, timeLimitSeconds: 60, priority: "HIGH" },
  label: "everything",
} as const satisfies RunRequestInput;

export const HOURLY_MARKET: Market = {
  datasetHash: "a".repeat(64),
  timeframe: "1h",
  candles: syntheticCandles({ seed: 7, bars: 1_000 }),
};
export const HOUR_MS = TIMEFRAME_MS["1h"];

export const PLAN_OPTIONS: PlanOptions = {
  guards: DEFAULT_GUARDS,
  engineVersion: "test",
  workers: 2,
};

/** Plans a request as a user writes it. */
export function planOf(
  input: unknown,
  options: Partial<PlanOptions> = {},
  market: Market = HOURLY_MARKET,
): RunPlan {
  return makePlan(parseRunRequest(input), market, { ...PLAN_OPTIONS, ...options });
}

/** The UserError that a call must end with. */
export function userError(run: () => unknown): UserError {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("no error was thrown");
}

export function complaintsOf(run: () => unknown): readonly Complaint[] {
  return userError(run).complaints;
}
