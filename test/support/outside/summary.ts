import type { Comparison, OutsideCase } from "./comparison.ts";
import { outcomeOf } from "./outcome.ts";
import type { Source } from "./outside-truth.ts";
import { allOutsideCases } from "./suites.ts";

/** All comparisons of one indicator with one source. */
export interface SourceSummary {
  readonly id: string;
  readonly source: Source;
  /** Those of which a value of ours is compared. */
  readonly outputs: ReadonlySet<string>;
  readonly series: number;
  readonly points: number;
  readonly reproduced: number;
  readonly noisy: number;
  readonly largest: number;
  readonly tolerance: number;
  /** Number of series compared in another form, by the reason for it. */
  readonly deviations: ReadonlyMap<string, number>;
  readonly faults: readonly string[];
}

/** By id and source, in no particular order. */
export function summarise(cases: readonly OutsideCase[] = allOutsideCases()): SourceSummary[] {
  const groups = new Map<string, Comparison[]>();
  for (const comparison of cases.flatMap((outside) => outside.comparisons())) {
    const key = `${comparison.id} ${comparison.source}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [comparison]);
    else group.push(comparison);
  }
  return [...groups.values()].map(summaryOf);
}

function summaryOf(comparisons: readonly Comparison[]): SourceSummary {
  const [{ id, source, tolerance }] = comparisons;
  const outcomes = comparisons.map(outcomeOf);
  const total = (key: "points" | "reproduced" | "noisy") =>
    outcomes.reduce((sum, outcome) => sum + outcome[key], 0);
  const deviations = new Map<string, number>();
  for (const { deviation } of comparisons) {
    if (deviation !== undefined) deviations.set(deviation, (deviations.get(deviation) ?? 0) + 1);
  }
  return {
    id,
    source,
    outputs: new Set(
      comparisons.filter((_, i) => outcomes[i].points > 0).map(({ output }) => output),
    ),
    series: comparisons.length,
    points: total("points"),
    reproduced: total("reproduced"),
    noisy: total("noisy"),
    largest: Math.max(...outcomes.map(({ largest }) => largest)),
    tolerance,
    deviations,
    faults: outcomes.flatMap(({ faults }) => faults),
  };
}
