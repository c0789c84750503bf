import type { TrackRecord } from "./track-record.ts";

/** `fraction`: 0.03 means 3 %; `percent`: 3 means 3 %. */
export type MetricUnit = "quote" | "percent" | "fraction" | "ratio" | "count" | "ms";

/** One figure of a report. Its docstring states formula, unit, direction and source. */
export interface Metric {
  readonly unit: MetricUnit;
  /** The direction in which the figure is better; null where neither is. */
  readonly better: "HIGHER" | "LOWER" | null;
  /** The figure, NaN where it is undefined; a report shows that as null. */
  readonly of: (record: TrackRecord) => number;
}
