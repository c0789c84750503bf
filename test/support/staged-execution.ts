import type { RankingMetric } from "../../src/core/metrics/ranking-metric.ts";
import { type Candles, sliceCandles } from "../../src/core/series/candles.ts";
import { describeVariant } from "../../src/core/stages/describe.ts";
import type { RankedRows } from "../../src/core/stages/ranked-rows.ts";
import { Ranking } from "../../src/core/stages/ranking.ts";
import { scoreStageA } from "../../src/core/stages/stage-a.ts";
import { scoreStageB } from "../../src/core/stages/stage-b.ts";
import { type StageName, type Sweep, sweepMetrics } from "../../src/core/stages/sweep.ts";
import { SweepScorer } from "../../src/core/stages/sweep-scorer.ts";
import { TopRows } from "../../src/core/stages/top-rows.ts";
import { DEFAULT_GUARDS } from "../../src/plan/guards.ts";
import { makePlan } from "../../src/plan/make-plan.ts";
import { parseRunRequest } from "../../src/plan/parse-request.ts";
import type { RunPlan } from "../../src/plan/run-plan.ts";
import { seedParityCandles } from "./golden-candles.ts";
import {
  type FixtureRow,
  fixtureAxes,
  ourMetric,
  requestOf,
  type StagedRun,
} from "./staged-runs.ts";

/** One of our variants in the fixture's words, with its metrics in the order of its columns. */
export interface OurRow {
  readonly key: string;
  readonly metrics: readonly number[];
}

export interface OurStagedRun {
  readonly plan: RunPlan;
  /** The bars that the plan feeds. */
  readonly candles: Candles;
  /** Metrics of every base variant, and of every cell of the shortlist, by key. */
  readonly stageA: ReadonlyMap<string, readonly number[]>;
  readonly stageB: ReadonlyMap<string, readonly number[]>;
  /** Best first. */
  readonly shortlist: readonly OurRow[];
  readonly top: readonly OurRow[];
}

/** What identifies a row of a stage: the values of the axes that have an effect, then the risk. */
export function keyOf(run: StagedRun, stage: StageName, row: FixtureRow): string {
  const axes = fixtureAxes(run);
  const values = axes.flatMap(({ name, value }, i) => {
    return name === null ? [] : [value(row[i] as number | string)];
  });
  const risk = stage === "STAGE_B" ? row.slice(axes.length, axes.length + 2) : [];
  return JSON.stringify([...values, ...risk]);
}

/** The metrics at the end of a row. */
export function metricsOf(run: StagedRun, row: FixtureRow): number[] {
  return row.slice(-run.metricColumns.length).map((value) => {
    return value === null ? Number.NaN : Number(value);
  });
}

/** Its shortlist without the copies that an axis without effect fills it with. */
function preselectOf(run: StagedRun): number {
  const { shortlist } = run.float64Twin;
  const distinct = new Set(shortlist.map((row) => keyOf(run, "STAGE_A", row))).size;
  return distinct < shortlist.length ? distinct : run.spec.preselect;
}

/** Runs both stages of the fixture's request. */
export function executeStaged(run: StagedRun): OurStagedRun {
  const whole = seedParityCandles(run.dataset);
  const market = { datasetHash: run.id, timeframe: "1h", candles: whole } as const;
  const options = { guards: DEFAULT_GUARDS, engineVersion: "test", workers: 1 };
  const request = { ...requestOf(run), preselect: preselectOf(run) };
  const plan = makePlan(parseRunRequest(request), market, options);
  const candles = sliceCandles(whole, plan.feedBar, plan.endBar);
  const { sweep } = plan;
  const columns = run.metricColumns.map(ourMetric);
  // Rows are ranked by their first metrics.
  const metrics = [...new Set<RankingMetric>([...sweepMetrics(sweep), ...columns])];
  const scorer = new SweepScorer(sweep, candles, { metrics });
  const shown = (values: ArrayLike<number>) => columns.map((m) => values[metrics.indexOf(m)]);
  const keyed = (stage: StageName, index: number) => ourKey(run, sweep, stage, index);

  const bases = new Stage(plan.estimate.indexSpace, metrics.length);
  const listed = new TopRows(new Ranking(sweep.ranking), sweep.preselect);
  scoreStageA(scorer, 0, bases.rows, { top: listed, columns: bases.columns, origin: 0 });
  const shortlist = indicesOf(listed.drain());

  const cells = new Stage(shortlist.length * scorer.cells, metrics.length);
  const best = new TopRows(new Ranking(sweep.ranking), sweep.topK);
  const work = { shortlist, from: 0, to: shortlist.length };
  scoreStageB(scorer, work, { top: best, columns: cells.columns, origin: 0 });
  const position = new Map([...shortlist].map((base, i) => [base, i]));
  const rowOfCell = (index: number) => {
    const base = Math.floor(index / scorer.cells);
    return position.get(base)! * scorer.cells + (index % scorer.cells);
  };
  const cellIndex = (row: number) =>
    shortlist[Math.floor(row / scorer.cells)] * scorer.cells + (row % scorer.cells);
  return {
    plan,
    candles,
    stageA: bases.byKey((index) => keyed("STAGE_A", index), shown),
    stageB: cells.byKey((row) => keyed("STAGE_B", cellIndex(row)), shown),
    shortlist: Array.from(shortlist, (base) => {
      return { key: keyed("STAGE_A", base), metrics: shown(bases.row(base)) };
    }),
    top: Array.from(indicesOf(best.drain()), (index) => {
      return { key: keyed("STAGE_B", index), metrics: shown(cells.row(rowOfCell(index))) };
    }),
  };
}

/** Metric columns of one stage. */
class Stage {
  readonly rows: number;
  readonly columns: readonly Float64Array[];

  constructor(rows: number, metrics: number) {
    this.rows = rows;
    this.columns = Array.from({ length: metrics }, () => new Float64Array(rows));
  }

  row(index: number): number[] {
    return this.columns.map((column) => column[index]);
  }

  byKey(key: (row: number) => string, shown: (values: number[]) => number[]) {
    const rows = Array.from({ length: this.rows }, (_, i) => [key(i), shown(this.row(i))] as const);
    return new Map(rows);
  }
}

function indicesOf({ data, stride }: RankedRows): Float64Array {
  return Float64Array.from({ length: data.length / stride }, (_, i) => data[i * stride]);
}

function ourKey(run: StagedRun, sweep: Sweep, stage: StageName, index: number): string {
  const variant = describeVariant(sweep, stage, index);
  const names = fixtureAxes(run).flatMap(({ name }) => (name === null ? [] : [name]));
  const values: (number | string | null)[] = names.map((name) => variant.params[name]);
  if (stage === "STAGE_B") values.push(variant.stopLossPct, variant.takeProfitPct);
  return JSON.stringify(values);
}
