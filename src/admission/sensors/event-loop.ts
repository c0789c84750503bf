import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Sensor } from "./sensor.ts";

/** A timer of the event loop comes back as often; a shorter one would cost more than it tells. */
const EVERY_MS = 10;
/** The share of a longer time is told of at least so much of it, and at most twice as much. */
const WINDOW_MS = 10_000;
const NS = 1e6;

/** How late the event loop is: the time between two looks, less the time that was meant. */
export class EventLoopWatch implements Sensor {
  readonly name = "eventLoopDelayMs";
  readonly #sinceRead = watch();
  readonly #now: () => number;
  #older = watch();
  #newer = watch();
  #turnedMs: number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#turnedMs = now();
  }

  /** The longest since it was read last; null where it has not come round since. */
  read(): number | null {
    const { count, max } = this.#sinceRead;
    this.#sinceRead.reset();
    this.#turn();
    return count === 0 ? null : late(max);
  }

  /** What 99 of 100 looks of the last seconds were late at most. */
  p99(): number {
    return this.#older.count === 0 ? 0 : late(this.#older.percentile(99));
  }

  close(): void {
    for (const histogram of [this.#sinceRead, this.#older, this.#newer]) histogram.disable();
  }

  #turn(): void {
    const nowMs = this.#now();
    if (nowMs - this.#turnedMs < WINDOW_MS) return;
    this.#turnedMs = nowMs;
    this.#older.reset();
    [this.#older, this.#newer] = [this.#newer, this.#older];
  }
}

function watch() {
  const histogram = monitorEventLoopDelay({ resolution: EVERY_MS });
  histogram.enable();
  return histogram;
}

function late(ns: number): number {
  return Math.max(0, ns / NS - EVERY_MS);
}
