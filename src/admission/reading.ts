/** What the monitor reads, in the order in which it is told. */
export const SENSOR_NAMES = [
  /** Working memory of the control group, or of the machine, in percent of what there is. */
  "memoryPct",
  /** Processes that want a core, per core of the machine: the system's average of a minute. */
  "loadPerCore",
  /** How late the event loop came at most since the last reading. */
  "eventLoopDelayMs",
  /** How long a statement had to wait for a connection of the database lately. */
  "databaseWaitMs",
  /** What 99 of 100 queries of the last seconds took at most. */
  "apiLatencyMs",
] as const;
export type SensorName = (typeof SENSOR_NAMES)[number];

/** One look at everything; null where a sensor has nothing to say. */
export type Readings = Readonly<Record<SensorName, number | null>>;

/**
 * From `warn` on fewer threads score, from `open` on (never, where it is null) the breaker trips.
 * Either is over below `recover`: between the lines nothing changes.
 */
export interface Lines {
  readonly recover: number;
  readonly warn: number;
  readonly open: number | null;
}
export type SensorLines = Readonly<Record<SensorName, Lines>>;

/** How a reading stands to its lines. */
export type Level = "CALM" | "BETWEEN" | "WARN" | "OPEN";

export function levelOf(value: number | null, { recover, warn, open }: Lines): Level {
  if (value === null || value < recover) return "CALM";
  if (open !== null && value >= open) return "OPEN";
  return value >= warn ? "WARN" : "BETWEEN";
}
