import type { RunRequestInput } from "../../src/plan/request.ts";

type Request = Omit<RunRequestInput, "schedule">;

/** Sweeps that have all threads while an urgent run comes. */
export interface BulkCase {
  readonly name: string;
  /** All of them are started, for two owners in turns. */
  readonly requests: readonly Request[];
  /** What the first of them is at before the urgent runs come. */
  readonly stage?: "STAGE_B";
  /** Sweeps that end meanwhile are followed by others: ends of stages are part of it. */
  readonly again?: boolean;
  /** Urgent runs are over candles that no thread has, each over others. */
  readonly freshCandles?: boolean;
}

const windows = (stop: number, step = 1) => ({ window: { start: 2, stop, step } });
const cross = { rule: "cross", of: "fast", against: "slow" } as const;
const levels = (count: number) => ({ start: 0.25, stop: 0.25 * count, step: 0.25 });

/** `fast` and `slow` are averages of so many windows. */
function averages(count: number, strategy: object = {}, rest: object = {}): Request {
  return {
    dataset: "long",
    warmupBars: 0,
    strategy: {
      indicators: {
        fast: { id: "ma.sma", params: windows(count) },
        slow: { id: "ma.ema", params: windows(count) },
        ...("indicators" in strategy ? (strategy.indicators as object) : {}),
      },
      signals: [cross, ...("signals" in strategy ? (strategy.signals as object[]) : [])],
    },
    preselect: 10,
    topK: 10,
    ...rest,
  } as Request;
}

const filtered = {
  indicators: { filter: { id: "ma.sma", params: { window: [50, 100, 150, 200] } } },
  signals: [{ rule: "price", of: "filter" }],
};
const by = (metric: "sharpe" | "calmar") => ({ ranking: { primary: { metric } } });
const oneByOne = averages(400, filtered);
const batches = averages(1_000);
const expressions: Request = {
  ...oneByOne,
  strategy: {
    expressions: {
      long: "crossover(sma(close, $fast), ema(close, $slow)) and rsi(close, $window) < 70",
      short: "crossunder(sma(close, $fast), ema(close, $slow)) or rsi(close, $window) > 80",
    },
    parameters: {
      fast: { start: 2, stop: 300, step: 1 },
      slow: { start: 2, stop: 300, step: 1 },
      window: [7, 14, 21],
    },
  },
};
const riskGrid = (rest: object) =>
  averages(60, {}, { risk: { stopLossPct: levels(60), takeProfitPct: levels(60) }, ...rest });

export const BULK_CASES: readonly BulkCase[] = [
  { name: "variants one by one", requests: [oneByOne] },
  { name: "batches", requests: [batches] },
  {
    name: "four sweeps of two owners",
    requests: [oneByOne, batches, expressions, { ...oneByOne, ...by("sharpe") }],
  },
  { name: "expressions by Calmar, a year of minutes", requests: [year(expressions, "calmar")] },
  { name: "batches by Sharpe, a year of minutes", requests: [year(batches, "sharpe")] },
  { name: "Stage B", requests: [riskGrid({ preselect: 3_000 })], stage: "STAGE_B" },
  {
    name: "Stage B by Calmar, a year of minutes",
    requests: [year(riskGrid({ preselect: 3_000 }), "calmar")],
    stage: "STAGE_B",
  },
  {
    name: "ends of stages",
    requests: Array.from({ length: 3 }, () => averages(500, {}, { ...by("sharpe"), topK: 200 })),
    again: true,
  },
  { name: "candles to load", requests: [oneByOne, batches], freshCandles: true },
];

function year(request: Request, metric: "sharpe" | "calmar"): Request {
  return { ...request, dataset: "year", ...by(metric) } as Request;
}

export const FRESH_BARS = 200_000;

/** A hundred variants. */
export function urgentRequest(dataset: string): RunRequestInput {
  return {
    dataset,
    warmupBars: 0,
    strategy: {
      indicators: {
        fast: { id: "ma.sma", params: { window: 12 } },
        slow: { id: "ma.sma", params: { window: { start: 20, stop: 119, step: 1 } } },
      },
      signals: [cross],
    },
    schedule: { priority: "CRITICAL" },
    preselect: 10,
    topK: 10,
  };
}
