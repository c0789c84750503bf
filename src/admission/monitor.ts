import { type Readings, SENSOR_NAMES } from "./reading.ts";
import type { Sensor } from "./sensors/sensor.ts";

/** Reads every sensor at a steady rate, and tells each time. */
export class Monitor {
  readonly #sensors: readonly Sensor[];
  #timer: NodeJS.Timeout | undefined;
  #latest: Readings = NOTHING;

  constructor(sensors: readonly Sensor[]) {
    this.#sensors = sensors;
  }

  get latest(): Readings {
    return this.#latest;
  }

  begin(everyMs: number, onReadings: (readings: Readings) => void): void {
    this.#timer = setInterval(() => onReadings(this.read()), everyMs);
    this.#timer.unref();
  }

  read(): Readings {
    const values = this.#sensors.map((sensor) => [sensor.name, sensor.read()]);
    this.#latest = { ...NOTHING, ...Object.fromEntries(values) };
    return this.#latest;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const sensor of this.#sensors) sensor.close();
  }
}

const NOTHING = Object.fromEntries(SENSOR_NAMES.map((name) => [name, null])) as Readings;
