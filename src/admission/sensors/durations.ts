import { type Durations, quantile } from "../durations.ts";
import type { Sensor } from "./sensor.ts";

/** Waits for a connection of the database; the longest counts, for all wait behind it. */
export function databaseWaitSensor(waits: Durations): Sensor {
  return { name: "databaseWaitMs", read: () => quantile(waits.recent(), 1), close: () => {} };
}

export function apiLatencySensor(queries: Durations): Sensor {
  return { name: "apiLatencyMs", read: () => quantile(queries.recent(), 0.99), close: () => {} };
}
