import type { Comparison } from "./comparison.ts";

export interface Outcome {
  /** Points where both have a value and ours is our own. */
  readonly points: number;
  /** Points where their other rule was followed instead of ours. */
  readonly reproduced: number;
  /** Points where neither has. */
  readonly absent: number;
  /** Of the points, those that differ by the noise of theirs. */
  readonly noisy: number;
  /** Largest difference of the others, as a share of the scale. */
  readonly largest: number;
  readonly faults: readonly string[];
}

const MAX_FAULTS = 3;

/** Compares every point: equal where both have values, no value on one side alone. */
export function outcomeOf(comparison: Comparison): Outcome {
  const { ours, theirs, tolerance, differing } = comparison;
  const scale = comparison.scale ?? rootMeanSquare(theirs);
  const faults = [...(comparison.faults ?? [])];
  if (ours.length !== theirs.length) faults.push(`${ours.length} values, not ${theirs.length}`);
  const counts = { points: 0, reproduced: 0, absent: 0, noisy: 0, largest: 0 };
  const count = (point: number, error: number) => {
    if (Number.isNaN(theirs[point])) {
      counts.absent += 1;
    } else if (comparison.reproduced?.has(point)) {
      counts.reproduced += 1;
    } else {
      counts.points += 1;
      counts.largest = Math.max(counts.largest, error);
    }
  };
  theirs.forEach((value, point) => {
    const error = errorOf(ours[point], value) / scale;
    const agrees = error <= tolerance;
    if (differing?.has(point)) {
      if (agrees) faults.push(`point ${point} agrees, though a deviation is claimed`);
    } else if (agrees) {
      count(point, error);
    } else if (comparison.isNoise?.(point)) {
      counts.points += 1;
      counts.noisy += 1;
    } else {
      faults.push(`point ${point}: ${ours[point]}, not ${value} (${error} of ${scale})`);
    }
  });
  if (counts.points + counts.reproduced === 0) faults.push("no value is compared");
  return { ...counts, faults: faults.slice(0, MAX_FAULTS) };
}

/** Absence on one side alone is no finite error. */
function errorOf(ours: number, theirs: number): number {
  if (Object.is(ours, theirs)) return 0;
  const error = Math.abs(ours - theirs);
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}

/** Of the finite values; 1 where all are 0, so that a share of it is an absolute difference. */
function rootMeanSquare(series: Float64Array): number {
  const finite = series.filter(Number.isFinite);
  const sum = finite.reduce((total, value) => total + value * value, 0);
  return sum === 0 ? 1 : Math.sqrt(sum / finite.length);
}
