import { type Readings, SENSOR_NAMES, type SensorName } from "./reading.ts";
import type { Sensor } from "./sensors/sensor.ts";

/** One look at every sensor. */
export interface Look {
  readonly readings: Readings;
  /** Looks that were due since the last one, and that a held-up event loop did not come to. */
  readonly missed: number;
}

export interface MonitorOptions {
  readonly everyMs: number;
  /** Told of each look; true asks for the next one after half of the time. */
  readonly onLook: (look: Look) => boolean;
  /** Milliseconds, steady. */
  readonly now?: () => number;
}

/**
 * Looks at every sensor at a steady rate by one timer, for waking up costs more than looking. A
 * look that the event loop did not come to in time is made by whoever asks first.
 */
export class Monitor {
  readonly #sensors: readonly Sensor[];
  readonly #options: Required<MonitorOptions>;
  #timer: NodeJS.Timeout | undefined;
  #intervalMs: number;
  #dueMs: number;

  constructor(sensors: readonly Sensor[], options: MonitorOptions) {
    this.#sensors = sensors;
    this.#options = { now: () => performance.now(), ...options };
    this.#intervalMs = options.everyMs;
    this.#dueMs = this.#options.now() + options.everyMs;
    this.#plan();
  }

  /** Looks now where a look is late. */
  catchUp(): void {
    if (this.#timer !== undefined && this.#options.now() > this.#dueMs) this.#look();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const sensor of this.#sensors) sensor.close();
  }

  #plan(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), this.#intervalMs);
    this.#timer.unref();
  }

  #look(): void {
    const { now, everyMs, onLook } = this.#options;
    const nowMs = now();
    const lateMs = Math.max(0, nowMs - this.#dueMs);
    const missed = Math.floor(lateMs / this.#intervalMs);
    const time = { nowMs, lateMs, missed };
    const readings: { -readonly [name in SensorName]: number | null } = { ...NOTHING };
    for (const sensor of this.#sensors) readings[sensor.name] = sensor.read(time);
    this.#intervalMs = onLook({ readings, missed }) ? everyMs / 2 : everyMs;
    this.#dueMs = nowMs + this.#intervalMs;
    this.#plan();
  }
}

const NOTHING = Object.fromEntries(SENSOR_NAMES.map((name) => [name, null])) as Readings;
