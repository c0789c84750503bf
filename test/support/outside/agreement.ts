import { expect } from "vitest";
import type { OutsideCase } from "./comparison.ts";
import { outcomeOf } from "./outcome.ts";

/** Fails with the first points of each series that differ; gives the number of those that agree. */
export function expectAgreement(outside: OutsideCase): number {
  let points = 0;
  for (const comparison of outside.comparisons()) {
    const { faults, ...counts } = outcomeOf(comparison);
    expect(faults, `${comparison.column}: ${comparison.id} ${comparison.output}`).toEqual([]);
    points += counts.points;
  }
  return points;
}
