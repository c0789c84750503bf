import type { SensorName } from "../reading.ts";

/** When a look is made. */
export interface LookTime {
  /** Steady. */
  readonly nowMs: number;
  /** After it should have been made. */
  readonly lateMs: number;
  /** Looks before it that should have been made as well. */
  readonly missed: number;
}

/** Looks at one thing, cheaply: it is asked ten times a second. */
export interface Sensor {
  readonly name: SensorName;
  /** Null where there is nothing to say. */
  read(time: LookTime): number | null;
  close(): void;
}

/** What the system has to be asked for is kept for so long: it does not change faster. */
const KEPT_MS = 200;

export function seldom(sensor: Sensor): Sensor {
  let readMs = Number.NEGATIVE_INFINITY;
  let value: number | null = null;
  return {
    name: sensor.name,
    read: (time) => {
      if (time.nowMs - readMs >= KEPT_MS) {
        readMs = time.nowMs;
        value = sensor.read(time);
      }
      return value;
    },
    close: () => sensor.close(),
  };
}
