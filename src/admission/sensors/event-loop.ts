import { monitorEventLoopDelay } from "node:perf_hooks";
import { quantile } from "../durations.ts";
import type { Sensor } from "./sensor.ts";

/** A timer of the event loop comes back as often; a shorter one would cost more than it tells. */
const EVERY_MS = 10;
/** Looks that a share is told of: those of ten seconds. */
const LOOKS = 1_000;
const NS = 1e6;

/** How late the event loop is: the time between two looks, less the time that was meant. */
export class EventLoopWatch implements Sensor {
  readonly name = "eventLoopDelayMs";
  readonly #looks = monitorEventLoopDelay({ resolution: EVERY_MS });
  readonly #lateMs = new Float64Array(LOOKS);
  #count = 0;
  #latest: number | null = null;

  constructor() {
    this.#looks.enable();
  }

  /** The longest since it was read last; the same again where there was no look since. */
  read(): number | null {
    const { count } = this.#looks;
    if (count === 0) return this.#latest;
    for (let i = 1; i <= count; i++) {
      this.#lateMs[this.#count++ % LOOKS] = late(this.#looks.percentile((100 * i) / count));
    }
    this.#latest = late(this.#looks.max);
    this.#looks.reset();
    return this.#latest;
  }

  /** What 99 of 100 looks of the last seconds were late at most. */
  p99(): number {
    const looks = this.#lateMs.slice(0, Math.min(this.#count, LOOKS)).sort();
    return quantile(looks, 0.99) ?? 0;
  }

  close(): void {
    this.#looks.disable();
  }
}

function late(ns: number): number {
  return Math.max(0, ns / NS - EVERY_MS);
}
