import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Trade } from "../../src/core/execution/trade.ts";
import type { MetricValues } from "../../src/core/metrics/registry.ts";
import type { Trials } from "../../src/core/metrics/sharpe-certainty.ts";
import type { ParameterValues } from "../../src/core/parameter.ts";
import type { Timeframe } from "../../src/core/series/timeframe.ts";
import { canonicalBytes } from "../../src/core/stages/digest.ts";
import type { RunRequestInput } from "../../src/plan/request.ts";

/** Sweeps whose results are committed, so that whatever changes a number is seen to do so. */
export interface GoldenSweep {
  readonly name: string;
  readonly title: string;
  /** The S&P 500 of the package vega-datasets, or a synthetic market. */
  readonly market: "sp500" | SyntheticMarket;
  readonly request: Omit<RunRequestInput, "dataset">;
  readonly result: GoldenResult;
}

export interface SyntheticMarket {
  readonly seed: number;
  readonly bars: number;
  readonly timeframe: Timeframe;
}

export interface GoldenResult {
  readonly datasetHash: string;
  /** Covers every metric of every variant, not only of the rows. */
  readonly digest: string;
  readonly trials: Trials;
  readonly rows: readonly GoldenRow[];
}

export interface GoldenRow {
  readonly rank: number;
  readonly variantIndex: number;
  readonly variantKey: string;
  readonly params: ParameterValues;
  readonly stopLossPct: number | null;
  readonly trailingStopPct: number | null;
  readonly takeProfitPct: number | null;
  readonly metrics: MetricValues;
  readonly trades: number;
  readonly tradesSha256: string;
}

export const GOLDEN_SWEEPS = new URL("../golden/sweeps/", import.meta.url);

/** In name order. */
export function readGoldenSweeps(): GoldenSweep[] {
  const files = readdirSync(GOLDEN_SWEEPS).filter((file) => file.endsWith(".json"));
  return files.sort().map((file) => {
    const text = readFileSync(new URL(file, GOLDEN_SWEEPS), "utf8");
    return { name: file.replace(/\.json$/, ""), ...JSON.parse(text) };
  });
}

/** Of the parts of a report that are kept. */
export function goldenRow(
  report: Omit<GoldenRow, "trades" | "tradesSha256" | "rank"> & {
    readonly rank: number | null;
    readonly trades: readonly HashedTrade[];
  },
): GoldenRow {
  const { rank, variantIndex, variantKey, params } = report;
  const { stopLossPct, trailingStopPct, takeProfitPct } = report;
  return {
    rank: rank!,
    ...{ variantIndex, variantKey, params, stopLossPct, trailingStopPct, takeProfitPct },
    metrics: report.metrics,
    trades: report.trades.length,
    tradesSha256: tradesSha256(report.trades),
  };
}

type HashedTrade = Trade & { readonly entryTimeMs: number; readonly exitTimeMs: number };

const AMOUNTS = [
  "entryTimeMs",
  "exitTimeMs",
  "entryPrice",
  "exitPrice",
  "entryFill",
  "exitFill",
  "stake",
  "quantity",
  "exitAmount",
  "entryFee",
  "exitFee",
  "funding",
  "grossProfit",
  "netProfit",
  "lockedProfit",
] as const satisfies readonly (keyof HashedTrade)[];

/** SHA-256, hex, over the trades in order: side and reason as text, amounts as float64. */
export function tradesSha256(trades: readonly HashedTrade[]): string {
  const hash = createHash("sha256");
  for (const trade of trades) {
    hash.update(`${trade.direction} ${trade.exitReason}\n`);
    hash.update(canonicalBytes(Float64Array.from(AMOUNTS, (name) => trade[name])));
  }
  return hash.digest("hex");
}

/** Every place where two results differ, named by its path. */
export function differences(actual: unknown, expected: unknown, path = "result"): string[] {
  if (isDeepStrictEqual(actual, expected)) return [];
  if (!isNode(actual) || !isNode(expected)) {
    return [`${path} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`];
  }
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...names].flatMap((name) => differences(actual[name], expected[name], `${path}.${name}`));
}

function isNode(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
