import { expect, it } from "vitest";
import { RISK_OFF, type RiskLevels } from "../../../src/core/execution/settings.ts";
import { RANKING_METRICS } from "../../../src/core/metrics/ranking-metric.ts";
import type { StageName } from "../../../src/core/stages/sweep.ts";
import { describeGolden, listGolden, readGoldenJson } from "../../support/golden.ts";
import { replays, STAGED_EXCEPTIONS } from "../../support/staged-exceptions.ts";
import {
  executeStaged,
  keyOf,
  metricsOf,
  type OurRow,
  type OurStagedRun,
} from "../../support/staged-execution.ts";
import {
  type FixtureRow,
  fixtureAxes,
  ourMetric,
  type StagedRun,
} from "../../support/staged-runs.ts";

/** Relative to 1 + |expected|, in percent or as a ratio. */
const TOLERANCE = 1e-9;

const FOLDER = "seed-parity/staged";
const FILES = listGolden(FOLDER);
const RUNS = 16;

describeGolden("staged runs of seed-parity (float64Twin)", `${RUNS} staged runs`, () => {
  it("are all there, and the exceptions among them", () => {
    const ids = FILES.map((file) => file.replace(/\.json$/, ""));
    expect(ids).toHaveLength(RUNS);
    expect(ids).toEqual(expect.arrayContaining(Object.keys(STAGED_EXCEPTIONS)));
  });

  for (const file of FILES) {
    const run = readGoldenJson<StagedRun>(`${FOLDER}/${file}`);
    const exception = STAGED_EXCEPTIONS[run.id];
    const title = exception === undefined ? "" : `, but ${exception.differing} rows explained`;
    it(`${run.id}: every row and metric${title}`, () => {
      const ours = executeStaged(run);
      const { plan } = ours;
      expect([plan.feedBar + plan.sweep.firstBar, plan.endBar]).toEqual(run.targetSlice);
      if (exception === undefined) expectSameRun(run, ours);
      else expectExplainedRun(run, ours, exception.differing);
    });
  }
});

function expectSameRun(run: StagedRun, ours: OurStagedRun): void {
  const { stageATotal, stageBTotal, stageAAll, shortlist, top } = run.float64Twin;
  // Rows that differ in an axis without effect are one row of ours.
  const copies = stageATotal / ours.stageA.size;
  expect(copies).toBe(copiesOf(run));
  if (copies === 1) expect(ours.stageB.size).toBe(stageBTotal);
  for (const row of stageAAll ?? shortlist) expectRow(run, ours.stageA, "STAGE_A", row);
  for (const row of top) {
    // Of base variants that tie at the cut, it may have kept another one.
    const cut = run.float64Twin.shortlistCutNearTie && !ours.stageB.has(keyOf(run, "STAGE_B", row));
    if (cut) expectReplayed(run, ours, row, riskOf(run, row));
    else expectRow(run, ours.stageB, "STAGE_B", row);
  }
  expectSameRanks(run, ours.shortlist, distinct(run, "STAGE_A", shortlist));
  expectSameRanks(run, ours.top, distinct(run, "STAGE_B", top));
}

/** How many of the fixture's variants are one of ours, because an axis changes nothing. */
function copiesOf(run: StagedRun): number {
  const rows = run.float64Twin.stageAAll;
  const axes = fixtureAxes(run);
  const idle = [...axes.keys()].filter((i) => axes[i].name === null);
  return idle.reduce((product, i) => product * new Set(rows!.map((row) => row[i])).size, 1);
}

function expectRow(
  run: StagedRun,
  ours: ReadonlyMap<string, readonly number[]>,
  stage: StageName,
  row: FixtureRow,
): void {
  const key = keyOf(run, stage, row);
  const metrics = ours.get(key);
  expect(metrics, `variant ${key} exists`).toBeDefined();
  metricsOf(run, row).forEach((value, m) => {
    expect(distance(metrics![m], value), `${run.metricColumns[m]} of ${key}`).toBeLessThan(
      TOLERANCE,
    );
  });
}

function distinct(run: StagedRun, stage: StageName, rows: readonly FixtureRow[]): FixtureRow[] {
  return [...new Map(rows.map((row) => [keyOf(run, stage, row), row])).values()];
}

/**
 * Rank by rank the same primary metric, and the same secondary one where the primary is not tied
 * with a neighbour. Which of tied variants comes first, or makes the cut, the fixture leaves open.
 */
function expectSameRanks(
  run: StagedRun,
  ours: readonly OurRow[],
  rows: readonly FixtureRow[],
): void {
  expect(ours.length).toBeGreaterThanOrEqual(rows.length);
  const { primary = "total_return_pct", secondary = null } = run.spec.ranking ?? {};
  const column = (metric: string) => run.metricColumns.indexOf(metric);
  const theirs = rows.map((row) => metricsOf(run, row));
  const first = theirs.map((metrics) => metrics[column(primary)]);
  const tied = (rank: number, other: number) => distance(first[rank], first[other]) < TOLERANCE;
  first.forEach((value, rank) => {
    const own = ours[rank].metrics;
    const label = `rank ${rank + 1}`;
    expect(distance(own[column(primary)], value), label).toBeLessThan(TOLERANCE);
    // A row past the last one, unknown here, may be tied with it.
    const last = rank === rows.length - 1;
    if (secondary === null || last || tied(rank, rank + 1)) return;
    if (rank > 0 && tied(rank, rank - 1)) return;
    const second = theirs[rank][column(secondary)];
    expect(distance(own[column(secondary)], second), label).toBeLessThan(TOLERANCE);
  });
}

/** Rows may differ if the bar loop shows the fixture's numbers once the exception is decided so. */
function expectExplainedRun(run: StagedRun, ours: OurStagedRun, differing: number): void {
  const { stageATotal, stageAAll, top } = run.float64Twin;
  expect(ours.stageA.size).toBe(stageATotal);
  const differs = (map: ReadonlyMap<string, readonly number[]>, stage: StageName) => {
    return (row: FixtureRow) => !agrees(map.get(keyOf(run, stage, row)), metricsOf(run, row));
  };
  const others = stageAAll!.filter(differs(ours.stageA, "STAGE_A"));
  expect(others).toHaveLength(differing);
  for (const row of others) expectReplayed(run, ours, row, RISK_OFF);
  for (const row of top.filter(differs(ours.stageB, "STAGE_B"))) {
    expectReplayed(run, ours, row, riskOf(run, row));
  }
}

/** Stop and target of a Stage B row. */
function riskOf(run: StagedRun, row: FixtureRow): RiskLevels {
  const [stopLossPct, takeProfitPct] = row.slice(run.axes.length) as (number | null)[];
  return { stopLossPct, takeProfitPct };
}

function expectReplayed(run: StagedRun, ours: OurStagedRun, row: FixtureRow, risk: RiskLevels) {
  const columns = run.metricColumns.map((name) => RANKING_METRICS.indexOf(ourMetric(name)));
  const theirs = metricsOf(run, row);
  const replayed = replays(run, ours, { row, risk }).some((metrics) => {
    return agrees(
      columns.map((m) => metrics[m]),
      theirs,
    );
  });
  expect(replayed, `replayed: ${JSON.stringify(row)}`).toBe(true);
}

function agrees(ours: readonly number[] | undefined, theirs: readonly number[]): boolean {
  return ours !== undefined && theirs.every((value, m) => distance(ours[m], value) < TOLERANCE);
}

function distance(ours: number, theirs: number): number {
  return Object.is(ours, theirs) ? 0 : Math.abs(ours - theirs) / (1 + Math.abs(theirs));
}
