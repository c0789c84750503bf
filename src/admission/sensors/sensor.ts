import type { SensorName } from "../reading.ts";

/** Looks at one thing, cheaply: it is asked ten times a second. */
export interface Sensor {
  readonly name: SensorName;
  /** Null where there is nothing to say. */
  read(): number | null;
  close(): void;
}
