import { type Execution, runReference } from "../../src/core/execution/reference-engine.ts";
import type { ExecutionSettings, RiskLevels } from "../../src/core/execution/settings.ts";
import type { Report, TimeRange } from "../../src/core/report/report.ts";
import { buildReport } from "../../src/core/report/report.ts";
import { type Timeframe, timeframeMs } from "../../src/core/series/timeframe.ts";
import { FREE_SETTINGS } from "./execution-arbitraries.ts";
import { readGoldenJson, readSharedText } from "./golden-files.ts";

/** The execution fixtures of the seed-parity set, turned into this engine's inputs. */

type RawMetric = number | null | { readonly epochMs: number } | { readonly durationMs: number };
type RawTrade = readonly [number, "long" | "short", ...number[], string];

export interface Expected {
  readonly engineError?: string;
  readonly reportError?: string;
  readonly trades: readonly RawTrade[];
  readonly equityEndQuote: number;
  readonly availableQuote: number;
  readonly safeQuote: number;
  readonly totalReturnPct: number;
  readonly metrics?: Readonly<Record<string, RawMetric>>;
  readonly rows?: readonly (readonly [string, string])[];
  readonly equity?: {
    readonly localIndices: readonly number[];
    readonly equityClose: readonly number[];
    readonly havePosition: readonly number[];
    readonly exposureFrac: readonly (number | null)[];
  };
}

interface RawScenario {
  readonly id: string;
  readonly candles:
    | { kind: "inline"; timeframe: Timeframe; tsOpen: number[]; close: number[] }
    | { kind: "dataset"; dataset: string; start: number; stop: number };
  readonly targetSlice: readonly [number, number];
  readonly signal: string | readonly (readonly [string, number])[];
  readonly execution: {
    readonly direction_mode: "long-short" | "long-only" | "short-only";
    readonly sizing_mode: keyof typeof SIZING;
    readonly init_cash_quote: number;
    readonly fixed_quote: number;
    readonly safe_profit_percent: number;
    readonly fee_pct: number;
    readonly slippage_pct: number;
  };
  readonly risk: {
    readonly sl_enabled: boolean;
    readonly sl_pct: number | null;
    readonly tp_enabled: boolean;
    readonly tp_pct: number | null;
  };
  readonly expected: Expected;
}

export interface Scenario {
  readonly id: string;
  readonly time: Float64Array;
  readonly close: Float64Array;
  readonly timeframeMs: number;
  readonly signal: Int8Array;
  readonly firstBar: number;
  readonly lastBar: number;
  readonly settings: ExecutionSettings;
  readonly risk: RiskLevels;
  readonly expected: Expected;
}

export const SCENARIO_COUNT = 187;

const DIRECTION = {
  "long-short": "LONG_SHORT",
  "long-only": "LONG_ONLY",
  "short-only": "SHORT_ONLY",
} as const;
const SIZING = {
  all_in: "ALL_IN",
  strategy_compound: "ALL_IN",
  fixed_quote: "FIXED_QUOTE",
  strategy_compound_profit_lock: "PROFIT_LOCK",
} as const;
const SIGNAL = new Map([
  ["L", 1],
  ["S", -1],
  ["N", 0],
]);

export function loadScenarios(): readonly Scenario[] {
  const file = readGoldenJson<{ scenarios: RawScenario[] }>("seed-parity/execution.json");
  const eurusd = readEurusd();
  return file.scenarios.map((raw) => toScenario(raw, eurusd));
}

export function runScenario(scenario: Scenario): Execution {
  return runReference(scenario);
}

/**
 * The report over the range that the fixture asked for; the empty slice asked for all its candles.
 */
export function reportScenario(scenario: Scenario, execution: Execution): Report {
  const { time, close, settings } = scenario;
  const range = requestedRange(scenario);
  const input = {
    candles: { time, close },
    timeframeMs: scenario.timeframeMs,
    execution,
    settings,
  };
  return buildReport(range === null ? input : { ...input, range });
}

function requestedRange(scenario: Scenario): TimeRange | null {
  const { firstBar, lastBar, time } = scenario;
  if (firstBar < lastBar) return null;
  return { startMs: time[0], endMs: time[time.length - 1] + scenario.timeframeMs };
}

type Bars = Pick<Scenario, "time" | "close" | "timeframeMs">;

function toScenario(raw: RawScenario, eurusd: Bars): Scenario {
  const { execution, risk } = raw;
  return {
    id: raw.id,
    ...barsOf(raw, eurusd),
    signal: signalOf(raw),
    firstBar: raw.targetSlice[0],
    lastBar: raw.targetSlice[1],
    settings: {
      ...FREE_SETTINGS,
      direction: DIRECTION[execution.direction_mode],
      sizing: SIZING[execution.sizing_mode],
      fillMode: "CLOSE",
      startCash: execution.init_cash_quote,
      fixedQuote: execution.fixed_quote,
      safeProfitPct: execution.safe_profit_percent,
      feePct: execution.fee_pct,
      slippagePct: execution.slippage_pct,
      periodsPerYear: 365,
    },
    risk: {
      stopLossPct: risk.sl_enabled ? risk.sl_pct : null,
      trailingStopPct: null,
      takeProfitPct: risk.tp_enabled ? risk.tp_pct : null,
    },
    expected: raw.expected,
  };
}

function barsOf({ candles }: RawScenario, eurusd: Bars): Bars {
  if (candles.kind === "inline") {
    return {
      time: Float64Array.from(candles.tsOpen),
      close: Float64Array.from(candles.close, Math.fround),
      timeframeMs: timeframeMs(candles.timeframe),
    };
  }
  if (candles.dataset !== "eurusd-h1") throw new Error(`unknown dataset ${candles.dataset}`);
  const { start, stop } = candles;
  return {
    time: eurusd.time.subarray(start, stop),
    close: eurusd.close.subarray(start, stop),
    timeframeMs: eurusd.timeframeMs,
  };
}

function readEurusd(): Bars {
  const rows = readSharedText("data/eurusd-1h.csv").trim().split("\n").slice(1);
  const cells = rows.map((row) => row.trim().split(","));
  return {
    time: Float64Array.from(cells, (row) => Date.parse(`${row[0].replace(" ", "T")}Z`)),
    close: Float64Array.from(cells, (row) => Math.fround(Number(row[4]))),
    timeframeMs: timeframeMs("1h"),
  };
}

function signalOf(raw: RawScenario): Int8Array {
  const runs =
    typeof raw.signal === "string" ? [...raw.signal].map((c) => [c, 1] as const) : raw.signal;
  return Int8Array.from(runs.flatMap(([name, length]) => Array(length).fill(codeOf(name))));
}

function codeOf(name: string): number {
  const code = SIGNAL.get(name);
  if (code === undefined) throw new Error(`unknown signal ${name}`);
  return code;
}
