import { constrainedCombinations } from "../core/grid/variant-space.ts";
import { BETTER, type RankingMetric } from "../core/metrics/ranking-metric.ts";
import { ByteLru } from "../core/series/byte-lru.ts";
import { describeVariant } from "../core/stages/describe.ts";
import { riskCells, type StageName, sweepMetrics } from "../core/stages/sweep.ts";
import type { ColumnWork } from "../core/surfaces/column-block.ts";
import { type Distribution, distribution } from "../core/surfaces/distribution.ts";
import { type Marginal, marginals } from "../core/surfaces/marginals.ts";
import { type Neighbourhood, neighbours } from "../core/surfaces/neighbours.ts";
import { type RankPage, rankVariants, variantValues } from "../core/surfaces/rank-variants.ts";
import { isRiskAxis, StageGrid } from "../core/surfaces/stage-grid.ts";
import { type Surface, surface } from "../core/surfaces/surface.ts";
import type {
  ColumnVariant,
  DistributionRequest,
  MarginalsRequest,
  NeighboursRequest,
  RankRequest,
  SurfaceRequest,
  SurfaceScope,
  VariantChoice,
} from "../core/surfaces/surface-request.ts";
import { knownAxis, VariantFilter } from "../core/surfaces/variant-filter.ts";
import { complaint, UserError } from "../core/user-error.ts";
import { variantKey } from "../plan/variant-key.ts";
import { decodeCursor, encodeCursor } from "../store/cursor.ts";
import type { RunRecord } from "../store/records.ts";
import type { Page, PageOf, Store } from "../store/store.ts";
import { ColumnReader, type StageColumns } from "./column-reader.ts";

export interface RankedVariants extends PageOf<ColumnVariant> {
  readonly scope: SurfaceScope;
}

/** What is asked about: the metric is the first of the columns read. */
interface ColumnChoice {
  readonly grid: StageGrid;
  readonly filter: VariantFilter;
  readonly column: number;
}

/** A stage's columns, opened for one request. */
interface OpenStage {
  readonly grid: StageGrid;
  readonly columns: StageColumns;
  readonly complete: boolean;
}

const GRID_CACHE_BYTES = 64 * 2 ** 20;

/**
 * Answers from the metric columns of a run, without a candle: what was stored when the request
 * begins. Every method throws UserError for a user's mistake.
 */
export class RunSurfaces {
  readonly #store: Store;
  readonly #reader: ColumnReader;
  readonly #grids = new ByteLru<string, { grid: StageGrid; bytes: number }>(
    GRID_CACHE_BYTES,
    ({ bytes }) => bytes,
  );

  /** `maxBytes` of decoded columns are kept for later requests. */
  constructor(store: Store, maxBytes: number) {
    this.#store = store;
    this.#reader = new ColumnReader(store, maxBytes);
  }

  async surface(run: RunRecord, request: SurfaceRequest): Promise<Surface & SurfaceScope> {
    const { x, y, reduce } = request;
    const stage = stageOf(run, request, [x, y]);
    return this.#answer(run, stage, request, (choice) => surface({ ...choice, x, y, reduce }));
  }

  async marginals(
    run: RunRecord,
    request: MarginalsRequest,
  ): Promise<SurfaceScope & { readonly axes: readonly Marginal[] }> {
    const stage = stageOf(run, request, request.axes ?? []);
    return this.#answer(run, stage, request, function* (choice) {
      const names = request.axes ?? choice.grid.axes.map(({ name }) => name);
      const axes = names.map((name, i) => knownAxis(choice.grid, name, `axes[${i}]`));
      return { axes: yield* marginals({ ...choice, axes }) };
    });
  }

  async distribution(
    run: RunRecord,
    request: DistributionRequest,
  ): Promise<Distribution & SurfaceScope> {
    const { bins, from, to, quantiles } = request;
    const bounds = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    if (from !== undefined && to !== undefined && from > to) {
      throw new UserError(
        "VALIDATION",
        complaint("to", "must not be below from", to, `>= ${from}`),
      );
    }
    const stage = stageOf(run, request, []);
    return this.#answer(run, stage, request, (choice) =>
      distribution({ ...choice, bins, quantiles, ...bounds }),
    );
  }

  async neighbours(
    run: RunRecord,
    request: NeighboursRequest,
  ): Promise<Neighbourhood & SurfaceScope> {
    const { variantIndex, radius, metric } = request;
    const direction = request.direction ?? BETTER[metric];
    const stage = stageOf(run, request, []);
    return this.#answer(run, stage, request, (choice) =>
      neighbours({ ...choice, variantIndex, direction, radius }),
    );
  }

  async rank(run: RunRecord, request: RankRequest, page: Page): Promise<RankedVariants> {
    const { metric } = request.orderBy;
    const direction = request.orderBy.direction ?? BETTER[metric];
    const orderBy = { metric, direction };
    const stage = stageOf(run, request, []);
    const tag = `rank ${stage} ${metric} ${direction}`;
    const last = decodeCursor(page.after, tag, 2);
    const after =
      last === null ? null : { value: last[0] ?? Number.NaN, variantIndex: Number(last[1]) };
    const found = await this.#ask(run, stage, { ...request, metric }, (choice) =>
      rankVariants({ ...choice, orderBy, first: page.first, after }),
    );
    const { rows, hasNextPage, totalCount } = found.answer;
    const valuesOf = this.#valuesOf(run, found.opened, rows);
    const items = rows.map(({ variantIndex, value }) => ({
      cursor: encodeCursor(tag, [finite(value), variantIndex]),
      item: columnVariant(run, stage, variantIndex, valuesOf),
    }));
    return { items, hasNextPage, totalCount, scope: found.scope };
  }

  async #answer<T>(
    run: RunRecord,
    stage: StageName,
    choice: VariantChoice & { readonly metric: RankingMetric },
    work: (choice: ColumnChoice) => ColumnWork<T>,
  ): Promise<T & SurfaceScope> {
    const { answer, scope } = await this.#ask(run, stage, choice, work);
    return { ...answer, ...scope };
  }

  async #ask<T>(
    run: RunRecord,
    stage: StageName,
    choice: VariantChoice & { readonly metric: RankingMetric },
    work: (choice: ColumnChoice) => ColumnWork<T>,
  ): Promise<{ answer: T; scope: SurfaceScope; opened: OpenStage }> {
    // Of all columns only those that are asked about are read.
    const read = [columnOf(run, choice.metric, "metric")];
    const metrics = (choice.metrics ?? []).map(({ metric, ...bounds }, i) => {
      const column = columnOf(run, metric, `where.metrics[${i}].metric`);
      if (!read.includes(column)) read.push(column);
      return { column: read.indexOf(column), ...bounds };
    });
    const opened = await this.#open(run, stage);
    const { grid, columns, complete } = opened;
    const filter = new VariantFilter(grid, { parameters: choice.parameters ?? [], metrics });
    const answer = await this.#reader.compute(columns, read, work({ grid, filter, column: 0 }));
    return { answer, scope: { stage, metric: choice.metric, complete }, opened };
  }

  /** Values of a page's variants by number; a column is read when it is first asked for. */
  #valuesOf(
    run: RunRecord,
    { grid, columns }: OpenStage,
    rows: RankPage["rows"],
  ): (metric: RankingMetric) => Promise<ReadonlyMap<number, number>> {
    const numbers = rows.map(({ variantIndex }) => variantIndex);
    const chunks = columns.chunks.filter(({ from, to }) => {
      const [first, end] = [from * columns.cells, to * columns.cells];
      return numbers.some((n) => grid.positionOf(n) >= first && grid.positionOf(n) < end);
    });
    const read = new Map<RankingMetric, Promise<ReadonlyMap<number, number>>>();
    const valuesOf = async (metric: RankingMetric) => {
      const wanted = [columnOf(run, metric, "metric")];
      const work = variantValues(grid, numbers);
      const found = await this.#reader.compute({ ...columns, chunks }, wanted, work);
      return new Map(found.map(({ variantIndex, values }) => [variantIndex, values[0]]));
    };
    return (metric) => {
      const known = read.get(metric) ?? valuesOf(metric);
      read.set(metric, known);
      return known;
    };
  }

  async #open(run: RunRecord, stage: StageName): Promise<OpenStage> {
    const grid = await this.#grid(run, stage);
    const { sweep } = run.plan;
    const cells = stage === "STAGE_B" ? riskCells(sweep) : 1;
    const chunks = await this.#store.columnChunks(run.id, stage);
    refuseDropped(run, chunks.length);
    const stored = chunks.reduce((sum, { from, to }) => sum + (to - from) * cells, 0);
    const complete = grid.positions > 0 && stored === grid.positions;
    const count = sweepMetrics(sweep).length;
    return { grid, columns: { runId: run.id, stage, cells, chunks, count }, complete };
  }

  /** Kept from request to request: a constraint's table takes longer to make than to use. */
  async #grid(run: RunRecord, stage: StageName): Promise<StageGrid> {
    const { sweep } = run.plan;
    const key = stage === "STAGE_A" ? `${run.planHash} A` : `${run.id} B`;
    const known = this.#grids.get(key);
    if (known !== undefined) return known.grid;
    const shortlist = stage === "STAGE_A" ? null : await this.#store.shortlist(run.id);
    const grid = new StageGrid(sweep, stage, shortlist);
    const { axes, constraint } = sweep;
    const combinations = constraint === null ? 1 : constrainedCombinations(axes, constraint);
    const bytes = 1024 + combinations + (shortlist?.byteLength ?? 0);
    // The shortlist comes when Stage A has ended.
    if (stage === "STAGE_A" || shortlist !== null) this.#grids.set(key, { grid, bytes });
    return grid;
  }
}

/** UserError CONFLICT for a run whose columns were dropped when it had succeeded. */
export function refuseDropped({ state, plan }: RunRecord, chunks: number): void {
  const { keepColumns } = plan.request.schedule;
  if (state !== "SUCCEEDED" || keepColumns !== false || chunks > 0) return;
  const message = "the run did not keep its metric columns";
  throw new UserError("CONFLICT", complaint("", message, "keepColumns: false"));
}

/** A variant in words. */
function columnVariant(
  { plan }: RunRecord,
  stage: StageName,
  variantIndex: number,
  valuesOf: (metric: RankingMetric) => Promise<ReadonlyMap<number, number>>,
): ColumnVariant {
  const variant = describeVariant(plan.sweep, stage, variantIndex);
  const metrics = {};
  for (const name of sweepMetrics(plan.sweep)) {
    const get = async () => finite((await valuesOf(name)).get(variantIndex) ?? Number.NaN);
    Object.defineProperty(metrics, name, { enumerable: true, get });
  }
  return { variantIndex, variantKey: variantKey(plan, variant), ...variant, metrics };
}

/** The stage asked for; else Stage B where an axis is named that only it has. */
function stageOf(run: RunRecord, choice: VariantChoice, axes: readonly string[]): StageName {
  if (choice.stage !== undefined) return choice.stage;
  const named = [...axes, ...(choice.parameters ?? []).map(({ name }) => name)];
  return named.some((name) => isRiskAxis(run.plan.sweep, name)) ? "STAGE_B" : "STAGE_A";
}

function columnOf(run: RunRecord, metric: RankingMetric, path: string): number {
  const kept = sweepMetrics(run.plan.sweep);
  const column = kept.indexOf(metric);
  if (column >= 0) return column;
  const message = "the run keeps no column of this metric";
  throw new UserError("VALIDATION", complaint(path, message, metric, kept.join(", ")));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
