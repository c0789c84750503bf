import { isDeepStrictEqual } from "node:util";
import { VariantSpace } from "../core/grid/variant-space.ts";
import { RANKING_METRICS } from "../core/metrics/ranking-metric.ts";
import type { Trials } from "../core/metrics/sharpe-certainty.ts";
import { DEFAULT_CURVE_POINTS, LEAST_POINTS, MAX_CURVE_POINTS } from "../core/report/downsample.ts";
import type { VariantReport } from "../core/report/variant-report.ts";
import { describeVariant } from "../core/stages/describe.ts";
import { riskCells, type StageName, type Sweep } from "../core/stages/sweep.ts";
import { complaint, UserError } from "../core/user-error.ts";
import { variantKey } from "../plan/variant-key.ts";
import type { ReportTask } from "../pool/task.ts";
import { encodeCursor } from "../store/cursor.ts";
import { isTerminal, type ResultRow, type RunRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { type DatasetSource, planCandles } from "./dataset-source.ts";
import { runTrials } from "./trials.ts";

/** Which variant of a run: a place in its stored rows, or a number as those rows have it. */
export type VariantPlace = { readonly rank: number } | { readonly variantIndex: number };

export interface ReportOptions {
  /** Most points of a curve, or one a bar; DEFAULT_CURVE_POINTS when absent. */
  readonly points?: number | "all";
}

/** A variant's report as part of its run. */
export interface RunReport extends VariantReport {
  readonly runId: string;
  readonly variantKey: string;
  /** Null where the variant was asked for by its number. */
  readonly rank: number | null;
  readonly trials: Trials;
}

export interface VariantReportsOptions {
  readonly store: Store;
  readonly datasets: DatasetSource;
  readonly engineVersion: string;
  readonly compute: (task: ReportTask) => Promise<VariantReport>;
}

interface Found {
  readonly stage: StageName;
  readonly variantIndex: number;
  /** The stored row, where the variant was asked for by rank. */
  readonly row: ResultRow | null;
}

/** Finished runs whose trials are remembered: counting them reads a run's columns. */
const MAX_REMEMBERED = 64;

/**
 * Full reports of a run's variants, computed when they are asked for. A report that does not have
 * the stored row's metrics to the bit is not handed out.
 */
export class VariantReports {
  readonly #options: VariantReportsOptions;
  readonly #trials = new Map<string, Promise<Trials>>();

  constructor(options: VariantReportsOptions) {
    this.#options = options;
  }

  /**
   * UserError NOT_FOUND for the run or the rank, VALIDATION for a number that is no variant and for
   * `points`, CONFLICT for a row that another engine version made and this one would not.
   */
  async report(
    runId: string,
    place: VariantPlace,
    options: ReportOptions = {},
  ): Promise<RunReport> {
    const points = checkPoints(options.points ?? DEFAULT_CURVE_POINTS);
    const run = await this.#options.store.run(runId);
    if (run === null) {
      throw new UserError("NOT_FOUND", complaint("id", "there is no such run", runId));
    }
    const { stage, variantIndex, row } =
      "rank" in place
        ? await this.#byRank(run, place.rank)
        : await this.#byIndex(run, place.variantIndex);
    const { plan } = run;
    const trials = await this.#trialsOf(run);
    const report = await this.#options.compute({
      sweep: plan.sweep,
      candles: await planCandles(this.#options.datasets, plan),
      choice: { stage, variantIndex, points, range: plan.range, trials },
    });
    if (row !== null) this.#refuseDifference(run, row, report);
    const key = row?.variantKey ?? variantKey(plan, report);
    return { ...report, runId, variantKey: key, rank: row?.rank ?? null, trials };
  }

  async #byRank(run: RunRecord, rank: number): Promise<Found> {
    const row = await this.#row(run, rank);
    if (row !== null) {
      return { stage: stageOf(run, row), variantIndex: row.variantIndex, row };
    }
    const { totalCount } = await this.#options.store.results(run.id, { first: 0, after: null });
    const bound = totalCount === 0 ? "the run has no rows yet" : `1..${totalCount}`;
    throw new UserError("NOT_FOUND", complaint("rank", "there is no row of it", rank, bound));
  }

  /** Numbers are read as the run's rows have them; without rows, as the stage it is at has them. */
  async #byIndex(run: RunRecord, variantIndex: number): Promise<Found> {
    const first = await this.#row(run, 1);
    const current = run.stage === "STAGE_A" ? "STAGE_A" : "STAGE_B";
    const stage = first === null ? current : stageOf(run, first);
    refuseUnknown(run.plan.sweep, stage, variantIndex);
    return { stage, variantIndex, row: null };
  }

  async #row(run: RunRecord, rank: number): Promise<ResultRow | null> {
    if (!(Number.isInteger(rank) && rank >= 1)) return null;
    const after = rank === 1 ? null : encodeCursor("rank", [rank - 1]);
    const { items } = await this.#options.store.results(run.id, { first: 1, after });
    return items[0]?.item.rank === rank ? items[0].item : null;
  }

  #trialsOf(run: RunRecord): Promise<Trials> {
    // A run that is taken up again has further events.
    const key = `${run.id} ${run.lastSeq}`;
    const known = this.#trials.get(key);
    if (known !== undefined) return known;
    const trials = runTrials(this.#options.store, run);
    if (isTerminal(run.state)) this.#remember(key, trials);
    return trials;
  }

  #remember(key: string, trials: Promise<Trials>): void {
    this.#trials.set(key, trials);
    trials.catch(() => this.#trials.delete(key));
    for (const oldest of this.#trials.keys()) {
      if (this.#trials.size <= MAX_REMEMBERED) break;
      this.#trials.delete(oldest);
    }
  }

  #refuseDifference(run: RunRecord, row: ResultRow, { metrics }: VariantReport): void {
    const metric = RANKING_METRICS.find((name) => row.metrics[name] !== metrics[name]);
    if (metric === undefined) return;
    const values = `${metric} ${metrics[metric]}, the row has ${row.metrics[metric]}`;
    if (run.engineVersion === this.#options.engineVersion) {
      throw new Error(`the report of rank ${row.rank} of run ${run.id} has ${values}`);
    }
    const message = "another engine version made this row, and this one would not: run it again";
    const bound = this.#options.engineVersion;
    throw new UserError("CONFLICT", complaint("", message, run.engineVersion, bound));
  }
}

function checkPoints(points: number | "all"): number {
  if (points === "all") return Number.POSITIVE_INFINITY;
  if (Number.isInteger(points) && points >= LEAST_POINTS && points <= MAX_CURVE_POINTS) {
    return points;
  }
  const bound = `integer ${LEAST_POINTS}..${MAX_CURVE_POINTS}`;
  const message = "must be a number of points";
  throw new UserError("VALIDATION", complaint("points", message, points, bound));
}

/** A stopped run may have rows of Stage A; what a row says of itself tells what it counts. */
function stageOf({ plan }: RunRecord, row: ResultRow): StageName {
  const { variantIndex, params, stopLossPct, trailingStopPct, takeProfitPct } = row;
  const said = { params, stopLossPct, trailingStopPct, takeProfitPct };
  const stages: readonly StageName[] = ["STAGE_B", "STAGE_A"];
  const stage = stages.find((candidate) =>
    isDeepStrictEqual(describeVariant(plan.sweep, candidate, variantIndex), said),
  );
  if (stage === undefined) throw new Error(`variant ${variantIndex} is not what its row says`);
  return stage;
}

function refuseUnknown(sweep: Sweep, stage: StageName, variantIndex: number): void {
  const size = sweep.axes.reduce((product, axis) => product * axis.values.length, 1);
  const count = stage === "STAGE_B" ? size * riskCells(sweep) : size;
  const path = "variantIndex";
  if (!(Number.isInteger(variantIndex) && variantIndex >= 0 && variantIndex < count)) {
    const message = "there is no such variant";
    throw new UserError("VALIDATION", complaint(path, message, variantIndex, `0..${count - 1}`));
  }
  const { params } = describeVariant(sweep, stage, variantIndex);
  const axes = sweep.axes.map(({ name }) => ({ name, values: [params[name]] }));
  if (new VariantSpace(axes, sweep.constraint).count === 1) return;
  const message = "the constraint forbids this variant";
  throw new UserError("VALIDATION", complaint(path, message, variantIndex, sweep.constraint));
}
