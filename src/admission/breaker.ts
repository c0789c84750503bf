import { type Readings, SENSOR_NAMES, type SensorLines, type SensorName } from "./reading.ts";

export const BREAKER_STATES = ["CLOSED", "OPEN", "HALF_OPEN"] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];
/** What somebody has decided instead of the readings. */
export const BREAKER_OVERRIDES = ["AUTOMATIC", "OPEN", "CLOSED"] as const;
export type BreakerOverride = (typeof BREAKER_OVERRIDES)[number];

export interface BreakerSettings {
  readonly lines: SensorLines;
  /** Readings in a row at or over its `open` line that trip it. */
  readonly breaches: number;
  /** How long it stays open at least the first time; each time after that twice as long. */
  readonly coolDownMs: number;
  readonly maxCoolDownMs: number;
}

/** A sensor that tripped it, with the reading that did. */
export interface Reason {
  readonly sensor: SensorName;
  readonly value: number;
  readonly line: number;
}

/** How a probe ended; NOTHING where it came to nothing, such as a run that was cancelled. */
export type ProbeEnd = "GOOD" | "BAD" | "NOTHING";

/** Whether a run may begin. */
export type Admission =
  | { readonly admitted: true; readonly probe: number | null }
  | {
      readonly admitted: false;
      readonly retryAfterMs: number;
      readonly reasons: readonly Reason[];
    };

export interface BreakerStatus {
  readonly state: BreakerState;
  readonly override: BreakerOverride;
  /** Why it is not closed; of a probe that failed the reasons of before. */
  readonly reasons: readonly Reason[];
  /** Times that it went OPEN by itself. */
  readonly trips: number;
  readonly sinceMs: number;
  /** While a probe is under way. */
  readonly probing: boolean;
  /** When it will let a probe through at the earliest; null unless it is OPEN by itself. */
  readonly opensUntilMs: number | null;
}

/** From the moment at which something is over its line, no run begins after so long at most. */
const REACTION_MS = 500;
/** What looks themselves may come late. */
const SPARE_MS = 50;

/** Another try makes sense after so long while a probe is under way, or somebody holds it open. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Keeps runs from beginning while the process has more than it can do.
 *
 * ```
 * CLOSED     everything begins      -> OPEN       `breaches` readings of a sensor in a row
 * OPEN       nothing begins         -> HALF_OPEN  cooled down, and every sensor below `recover`
 * HALF_OPEN  one run, as a probe    -> CLOSED     the probe went well
 *                                   -> OPEN       it went badly, or as from CLOSED
 * ```
 *
 * It knows neither clock nor machine: both are told to it. While somebody overrides it, readings
 * change nothing; after that it begins as CLOSED.
 */
export class Breaker {
  readonly #settings: BreakerSettings;
  #state: BreakerState = "CLOSED";
  #override: BreakerOverride = "AUTOMATIC";
  #sinceMs: number;
  #reasons: readonly Reason[] = [];
  #trips = 0;
  /** OPEN again and again without a quiet time in between. */
  #inARow = 0;
  #untilMs = 0;
  #streaks = new Map<SensorName, number>();
  /** A process that has just started is late for reasons that are over soon. */
  #wasInTime = false;
  #probe: number | null = null;
  #lastProbe = 0;

  constructor(settings: BreakerSettings, nowMs: number) {
    this.#settings = settings;
    this.#sinceMs = nowMs;
  }

  /** As it is for whoever asks: what somebody has decided goes before what it would be. */
  get state(): BreakerState {
    return this.#override === "AUTOMATIC" ? this.#state : this.#override;
  }

  status(): BreakerStatus {
    const open = this.#override === "AUTOMATIC" && this.#state === "OPEN";
    return {
      state: this.state,
      override: this.#override,
      reasons: this.#reasons,
      trips: this.#trips,
      sinceMs: this.#sinceMs,
      probing: this.#probe !== null,
      opensUntilMs: open ? this.#untilMs : null,
    };
  }

  /** Whether some sensor is over its line, for too short a time so far. */
  get isSuspicious(): boolean {
    if (this.#override !== "AUTOMATIC" || this.#state === "OPEN") return false;
    return this.#streaks.values().some((streak) => streak > 0);
  }

  /**
   * `missed`: looks that a held-up event loop did not come to. They breach its line as this one
   * does, and say nothing of the other sensors. The first look of a row does not trip it alone, for
   * what has held the loop up may be over, unless another stall as long would be seen too late.
   */
  observe(nowMs: number, readings: Readings, missed = 0): void {
    if (this.#override !== "AUTOMATIC") return;
    const breached = this.#breachedBy(readings, missed);
    if (this.#state === "OPEN") {
      if (nowMs >= this.#untilMs && this.#isCalm(readings)) this.#enter("HALF_OPEN", nowMs);
    } else if (breached.length > 0) {
      this.#trip(nowMs, breached);
    } else if (this.#state === "CLOSED" && nowMs - this.#sinceMs >= this.#settings.maxCoolDownMs) {
      this.#inARow = 0;
    }
  }

  /** Asked before every run. A probe has to be settled, whatever comes of it. */
  admit(nowMs: number): Admission {
    const state = this.state;
    if (state === "CLOSED") return { admitted: true, probe: null };
    if (state === "HALF_OPEN" && this.#probe === null) {
      this.#probe = ++this.#lastProbe;
      return { admitted: true, probe: this.#probe };
    }
    const leftMs = this.status().opensUntilMs === null ? 0 : this.#untilMs - nowMs;
    const retryAfterMs = Math.ceil(Math.max(LOOK_AGAIN_MS, leftMs));
    return { admitted: false, retryAfterMs, reasons: this.#reasons };
  }

  /** A probe of before the breaker changed its state decides nothing. */
  settle(nowMs: number, probe: number | null, end: ProbeEnd): void {
    if (probe === null || probe !== this.#probe) return;
    this.#probe = null;
    if (end === "GOOD") this.#enter("CLOSED", nowMs);
    if (end === "BAD") this.#trip(nowMs, this.#reasons);
  }

  override(nowMs: number, override: BreakerOverride): void {
    if (override === this.#override) return;
    this.#override = override;
    this.#enter("CLOSED", nowMs);
  }

  #trip(nowMs: number, reasons: readonly Reason[]): void {
    const { coolDownMs, maxCoolDownMs } = this.#settings;
    this.#enter("OPEN", nowMs);
    this.#reasons = reasons;
    this.#untilMs = nowMs + Math.min(maxCoolDownMs, coolDownMs * 2 ** this.#inARow);
    this.#trips++;
    this.#inARow++;
  }

  #enter(state: BreakerState, nowMs: number): void {
    this.#state = state;
    this.#sinceMs = nowMs;
    this.#probe = null;
    this.#streaks.clear();
    if (state === "CLOSED") this.#reasons = [];
  }

  /** Sensors that have been over their line for long enough. Anything below it ends a streak. */
  #breachedBy(readings: Readings, missed: number): Reason[] {
    const reasons: Reason[] = [];
    for (const sensor of SENSOR_NAMES) {
      const value = readings[sensor];
      const line = this.#settings.lines[sensor].open;
      const isOver = value !== null && line !== null && value >= line;
      const { breaches } = this.#settings;
      const former = this.#streaks.get(sensor) ?? 0;
      const looks = sensor === "eventLoopDelayMs" ? 1 + missed : 1;
      const patience = isOver && this.#isLong(sensor, value, line) ? looks : breaches - 1;
      const counted = former > 0 ? former + looks : Math.min(looks, Math.max(1, patience));
      const streak = isOver ? counted : 0;
      this.#streaks.set(sensor, streak);
      if (isOver && streak >= breaches) reasons.push({ sensor, value, line });
      if (sensor === "eventLoopDelayMs" && value !== null && !isOver) this.#wasInTime = true;
    }
    return reasons;
  }

  /** A stall that was over the line for so long that the end of one more like it were too late. */
  #isLong(sensor: SensorName, stallMs: number, line: number): boolean {
    if (sensor !== "eventLoopDelayMs" || !this.#wasInTime) return false;
    return 2 * stallMs - line > REACTION_MS - SPARE_MS;
  }

  /** A sensor that can trip it has to be below its lower line; between the lines it stays open. */
  #isCalm(readings: Readings): boolean {
    return SENSOR_NAMES.every((sensor) => {
      const { open, recover } = this.#settings.lines[sensor];
      const value = readings[sensor];
      return open === null || value === null || value < recover;
    });
  }
}
