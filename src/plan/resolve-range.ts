import type { Candles } from "../core/series/candles.ts";
import { type Timeframe, timeframeMs } from "../core/series/timeframe.ts";
import { complaint, UserError } from "../core/user-error.ts";
import { INSTANT_FORM, instantMs } from "./instant.ts";
import type { RunRequest } from "./request.ts";

/** Bars of a dataset that a run trades and feeds on. */
export interface ResolvedRange {
  /** Bars `[firstBar, endBar)` are traded, `[feedBar, firstBar)` feed indicators only. */
  readonly feedBar: number;
  readonly firstBar: number;
  readonly endBar: number;
  /** Open of the first traded bar and close of the last one, UTC epoch milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * A bar belongs to the range by its close time: `start <= close < end`. A bound that is not given
 * reaches to the end of the data. Throws UserError for bounds that cannot be read, lie outside the
 * data or leave no bar.
 */
export function resolveRange(
  range: RunRequest["range"],
  warmupBars: number,
  market: { readonly candles: Candles; readonly timeframe: Timeframe },
): ResolvedRange {
  const { time } = market.candles;
  if (time.length === 0) {
    throw new UserError("VALIDATION", complaint("dataset", "holds no bars", 0, ">= 1"));
  }
  const barMs = timeframeMs(market.timeframe);
  const dataStart = time[0];
  const dataEnd = time[time.length - 1] + barMs;
  const start = instant(range.start, "range.start", { from: dataStart, to: dataEnd });
  const end = instant(range.end, "range.end", { from: dataStart, to: dataEnd + barMs });
  const firstBar = start === null ? 0 : firstBarAtOrAfter(time, start - barMs);
  const endBar = end === null ? time.length : firstBarAtOrAfter(time, end - barMs);
  if (firstBar >= endBar) {
    const bound = `${iso(dataStart)} to ${iso(dataEnd)}`;
    throw new UserError(
      "VALIDATION",
      complaint("range", "no bar closes in this range", range, bound),
    );
  }
  return {
    feedBar: Math.max(0, firstBar - warmupBars),
    firstBar,
    endBar,
    startMs: time[firstBar],
    endMs: time[endBar - 1] + barMs,
  };
}

function instant(
  value: number | string | undefined,
  path: string,
  data: { readonly from: number; readonly to: number },
): number | null {
  if (value === undefined) return null;
  const ms = instantMs(value);
  if (!Number.isFinite(ms)) {
    throw new UserError("VALIDATION", complaint(path, "not a point in time", value, INSTANT_FORM));
  }
  if (ms < data.from || ms > data.to) {
    const bound = `${iso(data.from)} to ${iso(data.to)}`;
    throw new UserError("VALIDATION", complaint(path, "outside the data", value, bound));
  }
  return ms;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** First bar whose open time is at or after `ms`. */
function firstBarAtOrAfter(time: Float64Array, ms: number): number {
  let low = 0;
  let high = time.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (time[middle] < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
