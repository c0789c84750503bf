import { RISK_OFF, type RiskLevels } from "../../src/core/execution/settings.ts";
import { RANKING_METRICS } from "../../src/core/metrics/ranking-metric.ts";
import type { StageName } from "../../src/core/stages/sweep.ts";
import { replays, STAGED_EXCEPTIONS } from "./staged-exceptions.ts";
import {
  executeStaged,
  keyOf,
  metricsOf,
  type OurRow,
  type OurStagedRun,
} from "./staged-execution.ts";
import { type FixtureRow, fixtureAxes, ourMetric, type StagedRun } from "./staged-runs.ts";

/** Relative to 1 + |expected|, in percent or as a ratio. */
export const STAGED_TOLERANCE = 1e-9;

/** A staged run of a foreign engine beside ours. */
export class StagedOutcome {
  readonly faults: string[] = [];
  /** Rows of its lists that were looked up among ours, and metrics compared in them. */
  rows = 0;
  values = 0;
  /** Rows that an exception decides, each shown to follow from it. */
  replayed = 0;
  /** Largest difference of a metric that is no exception. */
  largest = 0;

  /** Whether every metric of the row agrees, which is then counted. */
  agrees(ours: readonly number[] | undefined, theirs: readonly number[]): boolean {
    this.rows++;
    this.values += theirs.length;
    if (ours === undefined) return false;
    const largest = Math.max(...theirs.map((value, m) => distance(ours[m], value)));
    if (!(largest < STAGED_TOLERANCE)) return false;
    this.largest = Math.max(this.largest, largest);
    return true;
  }

  expect(holds: boolean, fault: string): void {
    if (!holds) this.faults.push(fault);
  }
}

/** Every row and rank of the fixture's lists, in every metric. */
export function compareStaged(run: StagedRun, ours = executeStaged(run)): StagedOutcome {
  const outcome = new StagedOutcome();
  const { sweep, feedBar, endBar } = ours.plan;
  const slice = [feedBar + sweep.firstBar, endBar];
  outcome.expect(String(slice) === String(run.targetSlice), `bars ${slice}`);
  const exception = STAGED_EXCEPTIONS[run.id];
  if (exception === undefined) compareRun(outcome, run, ours);
  else compareExplained(outcome, run, ours, exception.differing);
  return outcome;
}

function compareRun(outcome: StagedOutcome, run: StagedRun, ours: OurStagedRun): void {
  const { stageATotal, stageBTotal, stageAAll, shortlist, top } = run.float64Twin;
  // Rows that differ in an axis without effect are one row of ours.
  const copies = stageATotal / ours.stageA.size;
  outcome.expect(copies === copiesOf(run), `${copies} rows there are one of ours`);
  if (copies === 1) {
    outcome.expect(ours.stageB.size === stageBTotal, `${ours.stageB.size} cells`);
  }
  const lookUp = (stage: StageName, row: FixtureRow) => {
    const key = keyOf(run, stage, row);
    const list = stage === "STAGE_A" ? ours.stageA : ours.stageB;
    const found = outcome.agrees(list.get(key), metricsOf(run, row));
    outcome.expect(found, `${stage} ${key}: ${list.get(key)} for ${metricsOf(run, row)}`);
  };
  for (const row of stageAAll ?? shortlist) lookUp("STAGE_A", row);
  for (const row of top) {
    // Of base variants that tie at the cut, it may have kept another one.
    const cut = run.float64Twin.shortlistCutNearTie && !ours.stageB.has(keyOf(run, "STAGE_B", row));
    if (cut) replay(outcome, run, ours, row);
    else lookUp("STAGE_B", row);
  }
  compareRanks(outcome, run, ours.shortlist, distinct(run, "STAGE_A", shortlist));
  compareRanks(outcome, run, ours.top, distinct(run, "STAGE_B", top));
}

/** How many of the fixture's variants are one of ours, because an axis changes nothing. */
export function copiesOf(run: StagedRun): number {
  const rows = run.float64Twin.stageAAll ?? run.float64Twin.shortlist;
  const axes = fixtureAxes(run);
  const idle = [...axes.keys()].filter((i) => axes[i].name === null);
  return idle.reduce((product, i) => product * new Set(rows.map((row) => row[i])).size, 1);
}

function distinct(run: StagedRun, stage: StageName, rows: readonly FixtureRow[]): FixtureRow[] {
  return [...new Map(rows.map((row) => [keyOf(run, stage, row), row])).values()];
}

/**
 * Rank by rank the same primary metric, and the same secondary one where the primary is not tied
 * with a neighbour. Which of tied variants comes first, or makes the cut, the fixture leaves open.
 */
function compareRanks(
  outcome: StagedOutcome,
  run: StagedRun,
  ours: readonly OurRow[],
  rows: readonly FixtureRow[],
): void {
  outcome.expect(ours.length >= rows.length, `${ours.length} rows for ${rows.length}`);
  const { primary = "total_return_pct", secondary = null } = run.spec.ranking ?? {};
  const column = (metric: string) => run.metricColumns.indexOf(metric);
  const theirs = rows.map((row) => metricsOf(run, row));
  const first = theirs.map((metrics) => metrics[column(primary)]);
  const tied = (rank: number, other: number) =>
    distance(first[rank], first[other]) < STAGED_TOLERANCE;
  const compare = (metric: string, rank: number) => {
    const [own, foreign] = [ours[rank].metrics[column(metric)], theirs[rank][column(metric)]];
    const close = distance(own, foreign) < STAGED_TOLERANCE;
    outcome.expect(close, `rank ${rank + 1} ${metric}: ${own} for ${foreign}`);
  };
  for (const rank of first.keys()) {
    compare(primary, rank);
    // A row past the last one, unknown here, may be tied with it.
    const last = rank === rows.length - 1;
    if (secondary === null || last || tied(rank, rank + 1)) continue;
    if (rank > 0 && tied(rank, rank - 1)) continue;
    compare(secondary, rank);
  }
}

/** Rows may differ if the bar loop shows the fixture's numbers once the exception is decided so. */
function compareExplained(
  outcome: StagedOutcome,
  run: StagedRun,
  ours: OurStagedRun,
  differing: number,
): void {
  const { stageATotal, stageAAll, top } = run.float64Twin;
  outcome.expect(ours.stageA.size === stageATotal, `${ours.stageA.size} variants`);
  const differs = (map: ReadonlyMap<string, readonly number[]>, stage: StageName) => {
    return (row: FixtureRow) =>
      !outcome.agrees(map.get(keyOf(run, stage, row)), metricsOf(run, row));
  };
  const others = stageAAll!.filter(differs(ours.stageA, "STAGE_A"));
  outcome.expect(others.length === differing, `${others.length} variants differ`);
  for (const row of others) replay(outcome, run, ours, row, RISK_OFF);
  for (const row of top.filter(differs(ours.stageB, "STAGE_B"))) replay(outcome, run, ours, row);
}

/** Stop and target of a Stage B row. */
function riskOf(run: StagedRun, row: FixtureRow): RiskLevels {
  const [stopLossPct, takeProfitPct] = row.slice(run.axes.length) as (number | null)[];
  return { ...RISK_OFF, stopLossPct, takeProfitPct };
}

function replay(
  outcome: StagedOutcome,
  run: StagedRun,
  ours: OurStagedRun,
  row: FixtureRow,
  risk = riskOf(run, row),
): void {
  const columns = run.metricColumns.map((name) => RANKING_METRICS.indexOf(ourMetric(name)));
  const theirs = metricsOf(run, row);
  const shown = replays(run, ours, { row, risk }).some((metrics) =>
    theirs.every((value, m) => distance(metrics[columns[m]], value) < STAGED_TOLERANCE),
  );
  outcome.replayed++;
  outcome.expect(shown, `replayed: ${JSON.stringify(row)}`);
}

function distance(ours: number, theirs: number): number {
  return Object.is(ours, theirs) ? 0 : Math.abs(ours - theirs) / (1 + Math.abs(theirs));
}
