import type { Candles } from "../core/series/candles.ts";
import { TIMEFRAMES, type Timeframe, timeframeMs } from "../core/series/timeframe.ts";
import { complaint, UserError } from "../core/user-error.ts";
import type { BarBuffer } from "./bar-buffer.ts";
import type { RejectionReport } from "./candle-source.ts";
import { RejectionLog } from "./rejection-log.ts";

/** The most common step between successive times, as a timeframe; a UserError when it is none. */
export function inferTimeframe(time: Float64Array, length: number): Timeframe {
  const counts = new Map<number, number>();
  for (let t = 1; t < length; t++) {
    const step = time[t] - time[t - 1];
    if (step > 0) counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  let commonMs = 0;
  let best = 0;
  for (const [step, count] of counts) {
    // Of two equally common steps the shorter one: the longer ones are gaps.
    if (count > best || (count === best && step < commonMs)) {
      best = count;
      commonMs = step;
    }
  }
  const found = TIMEFRAMES.find((timeframe) => timeframeMs(timeframe) === commonMs);
  if (found !== undefined) return found;
  const message =
    best === 0
      ? "cannot be inferred from fewer than two ascending times: name it"
      : `the most common step between rows is ${commonMs} ms, which is no timeframe`;
  throw new UserError(
    "VALIDATION",
    complaint("timeframe", message, commonMs, TIMEFRAMES.join(" | ")),
  );
}

/**
 * Keeps the bars that lie on the timeframe's grid in strictly ascending order and reports the
 * others. A bar is compared with the last one kept, so one stray row does not condemn those behind
 * it.
 */
export function orderedBars(
  buffer: BarBuffer,
  timeframe: Timeframe,
): { candles: Candles; rejected: RejectionReport } {
  const log = new RejectionLog();
  const barMs = timeframeMs(timeframe);
  const { time } = buffer.candles;
  const kept = new Uint8Array(buffer.length);
  let count = 0;
  let last = -Infinity;
  for (let i = 0; i < buffer.length; i++) {
    const at = time[i];
    if (at % barMs !== 0) {
      log.add(buffer.rows[i], "OFF_GRID", `time ${iso(at)} is not on the ${timeframe} grid`);
    } else if (at === last) {
      log.add(buffer.rows[i], "DUPLICATE_TIME", `time ${iso(at)} is there already`);
    } else if (at < last) {
      log.add(buffer.rows[i], "DESCENDING_TIME", `time ${iso(at)} comes after ${iso(last)}`);
    } else {
      kept[i] = 1;
      count += 1;
      last = at;
    }
  }
  return { candles: buffer.compact(kept, count), rejected: log.report() };
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
