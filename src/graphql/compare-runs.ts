import { canonicalJson } from "../plan/canonical-json.ts";
import type { ResultRow, RunRecord } from "../store/records.ts";

/** Runs side by side: what was asked of them differently, and what of their best is the same. */

export interface RequestDifference {
  /** Dotted path into the request, such as `execution.feePct`. */
  readonly path: string;
  /** JSON a run, in the order of the runs; null where it has no such field. */
  readonly values: readonly (string | null)[];
}

export interface BestOverlap {
  readonly a: RunRecord;
  readonly b: RunRecord;
  /** Rows that were compared of each. */
  readonly rowsOfA: number;
  readonly rowsOfB: number;
  /** Rows with the same key: the same computation. */
  readonly sameKey: number;
  /** Rows with the same parameters, stops and target, whatever else differs. */
  readonly sameParameters: number;
}

export interface ComparedRun {
  readonly run: RunRecord;
  /** Its first row, null where it has none. */
  readonly best: ResultRow | null;
}

export interface RunComparison {
  readonly runs: readonly ComparedRun[];
  readonly differences: readonly RequestDifference[];
  /** Every pair of runs, in their order. */
  readonly overlaps: readonly BestOverlap[];
}

export function compareRuns(
  runs: readonly RunRecord[],
  rows: readonly (ResultRow & { readonly runId: string })[],
): RunComparison {
  const rowsOf = new Map(runs.map((run) => [run.id, rows.filter((row) => row.runId === run.id)]));
  const overlaps = runs.flatMap((a, i) =>
    runs.slice(i + 1).map((b) => overlapOf([a, rowsOf.get(a.id)!], [b, rowsOf.get(b.id)!])),
  );
  const compared = runs.map((run) => ({ run, best: rowsOf.get(run.id)![0] ?? null }));
  return { runs: compared, differences: differencesOf(runs), overlaps };
}

function differencesOf(runs: readonly RunRecord[]): RequestDifference[] {
  const flat = runs.map(({ plan }) => {
    const { label: _label, schedule: _schedule, ...request } = plan.request;
    return flattened({ ...request, dataset: plan.datasetHash });
  });
  const paths = [...new Set(flat.flatMap((fields) => [...fields.keys()]))].sort();
  return paths
    .map((path) => ({ path, values: flat.map((fields) => fields.get(path) ?? null) }))
    .filter(({ values }) => new Set(values).size > 1);
}

/** Leaves by dotted path, as JSON. A list is a leaf: its order says something. */
function flattened(value: unknown, path = ""): Map<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return value === undefined ? new Map() : new Map([[path, canonicalJson(value)]]);
  }
  return new Map(
    Object.entries(value).flatMap(([name, inner]) => [
      ...flattened(inner, path === "" ? name : `${path}.${name}`),
    ]),
  );
}

type RunRows = readonly [RunRecord, readonly ResultRow[]];

function overlapOf([a, rowsA]: RunRows, [b, rowsB]: RunRows): BestOverlap {
  return {
    ...{ a, b, rowsOfA: rowsA.length, rowsOfB: rowsB.length },
    sameKey: common(rowsA, rowsB, ({ variantKey }) => variantKey),
    sameParameters: common(rowsA, rowsB, parametersOf),
  };
}

function common(
  a: readonly ResultRow[],
  b: readonly ResultRow[],
  of: (row: ResultRow) => string,
): number {
  const known = new Set(b.map(of));
  return a.filter((row) => known.has(of(row))).length;
}

function parametersOf({ params, stopLossPct, trailingStopPct, takeProfitPct }: ResultRow): string {
  return canonicalJson({ params, stopLossPct, trailingStopPct, takeProfitPct });
}
