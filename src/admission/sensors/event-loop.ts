import { performance } from "node:perf_hooks";
import { quantile } from "../durations.ts";
import type { LookTime, Sensor } from "./sensor.ts";

/** Looks that a share is told of: those of a minute. */
const LOOKS = 600;

/**
 * How late the event loop is: how late this look comes, or what a turn of the loop took on average
 * since the last one where that is longer. Where looks were missed, all time that the loop has not
 * been waiting since the last one: what held it up began before it was due. A timer of its own, a
 * hundred times a second, would cost half a percent of a core.
 */
export class EventLoopWatch implements Sensor {
  readonly name = "eventLoopDelayMs";
  readonly #lateMs = new Float64Array(LOOKS);
  #count = 0;
  #activeMs = activeMs();
  #turns = turns();

  read({ lateMs, missed }: LookTime): number {
    const [active, count] = [activeMs(), turns()];
    const busyMs = active - this.#activeMs;
    const longMs = missed > 0 ? busyMs : busyMs / Math.max(1, count - this.#turns);
    this.#activeMs = active;
    this.#turns = count;
    const value = Math.max(lateMs, longMs);
    this.#lateMs[this.#count++ % LOOKS] = value;
    return value;
  }

  /** What 99 of 100 looks of the last minute were late at most. */
  p99(): number {
    const looks = this.#lateMs.slice(0, Math.min(this.#count, LOOKS)).sort();
    return quantile(looks, 0.99) ?? 0;
  }

  close(): void {}
}

/** Time that the loop was not waiting, since it began. */
function activeMs(): number {
  return performance.eventLoopUtilization().active;
}

function turns(): number {
  return performance.nodeTiming.uvMetricsInfo.loopCount;
}
