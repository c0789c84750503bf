/** A run as the command line shows it, whether it comes from the database or from a server. */
export interface RunRow {
  readonly rank: number;
  /** Axis name to value, e.g. `fast.window`. */
  readonly params: Readonly<Record<string, number | string>>;
  /** Percent of the entry fill, trailing of the best price since; null is off. */
  readonly stopLossPct: number | null;
  readonly trailingStopPct: number | null;
  readonly takeProfitPct: number | null;
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** A closed trade; money in quote currency, times ISO 8601 of the bar's open. */
export interface TradeView {
  readonly side: "LONG" | "SHORT";
  readonly entryTime: string;
  readonly exitTime: string;
  readonly entryPrice: number;
  readonly exitPrice: number;
  readonly entryFill: number;
  readonly exitFill: number;
  readonly stake: number;
  readonly quantity: number;
  readonly entryFee: number;
  readonly exitFee: number;
  /** Negative is received. */
  readonly funding: number;
  readonly grossProfit: number;
  readonly netProfit: number;
  readonly returnPct: number;
  readonly exitReason: string;
}

export interface CurveView {
  readonly time: string;
  readonly value: number | null;
}

/** One row of a run in full. */
export interface ReportView extends RunRow {
  readonly variantIndex: number;
  readonly variantKey: string;
  readonly start: string | null;
  readonly end: string | null;
  readonly startCash: number;
  readonly endEquity: number;
  /** Every metric there is. */
  readonly metrics: RunRow["metrics"];
  readonly trials: { readonly count: number; readonly sharpeVariance: number | null };
  readonly table: readonly (readonly [label: string, text: string])[];
  readonly tradeCount: number;
  /** From the first; as many as were asked for. */
  readonly trades: readonly TradeView[];
  readonly equity: readonly CurveView[];
  readonly drawdownPct: readonly CurveView[];
}

/** Which report: trades are listed from the first, curves have the service's own points. */
export interface ReportRequest {
  readonly rank: number;
  readonly trades: number;
  readonly points?: number;
}

export type BestView = Omit<RunRow, "rank" | "metrics"> & {
  readonly metrics: Readonly<Partial<Record<string, number | null>>>;
};

export interface ProgressView {
  readonly state: string;
  readonly stage: string;
  /** Variants of the current stage. */
  readonly done: number;
  readonly total: number;
  readonly variantsPerSecond: number | null;
  readonly etaSeconds: number | null;
  readonly best: BestView | null;
}

/** States that a run does not leave by itself. */
const ENDED = ["SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT"];

export function hasEnded(state: string): boolean {
  return ENDED.includes(state);
}

/** One line of a list of runs. */
export interface RunSummary {
  readonly id: string;
  readonly state: string;
  readonly stage: string;
  readonly label: string | null;
  /** Name of the dataset. */
  readonly dataset: string;
  readonly done: number;
  readonly total: number;
  readonly digest: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

/** Runs may be named with or without the type that the API puts in front of an id. */
export function runKey(id: string): string {
  return id.replace(/^Run_/, "");
}

/** From the first chunk to the end; 0 for a run that never began. */
export function runSeconds({ startedAt, finishedAt }: RunSummary): number {
  if (startedAt === null || finishedAt === null) return 0;
  return (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000;
}
