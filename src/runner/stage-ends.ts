import { createHash, type Hash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { RANKING_METRICS, type RankingMetric } from "../core/metrics/ranking-metric.ts";
import { describeVariant } from "../core/stages/describe.ts";
import { type ColumnDigest, feedColumn, feedDigest } from "../core/stages/digest.ts";
import { RowsMerger } from "../core/stages/merge-rows.ts";
import type { PhaseTimes } from "../core/stages/phase-clock.ts";
import type { RankedRows } from "../core/stages/ranked-rows.ts";
import { rankedMetrics, type StageName, type Sweep } from "../core/stages/sweep.ts";
import type { RunPlan } from "../plan/run-plan.ts";
import { variantKey } from "../plan/variant-key.ts";
import type { ComputePool, ScoredVariant } from "../pool/task.ts";
import type { BestSoFar, ResultRow } from "../store/records.ts";
import type { StoredChunk, StoredRows } from "../store/store.ts";
import type { SweepTask } from "./sweep-task.ts";

/**
 * What happens between and after the stages, the same for runs that are stored and for synchronous
 * ones: rows and columns come as streams of chunks, from the store or from memory.
 */
export type Chunks<C> = AsyncIterable<C> | Iterable<C>;

/** The best `keep` rows of a stage; one chunk's rows in memory at a time besides the best. */
export async function mergeStage(
  sweep: Sweep,
  chunks: Chunks<StoredRows>,
  keep: number,
): Promise<RankedRows> {
  const merger = new RowsMerger(sweep, keep);
  for await (const { stride, rows } of chunks) merger.add({ stride, data: rows });
  return merger.best();
}

/** Variant indices of rows, best first: Stage B's shortlist out of the best of Stage A. */
export function variantIndices({ stride, data }: RankedRows): Float64Array {
  return Float64Array.from({ length: data.length / stride }, (_, i) => data[i * stride]);
}

/**
 * Rows as they are kept for ever, with every ranking metric, and the same as numbers for the
 * digest.
 */
export interface FinalRows {
  readonly rows: readonly ResultRow[];
  readonly packed: RankedRows;
}

/** Threads that score, and who hears what they spend on it. */
export interface ScoringPool {
  readonly pool: ComputePool;
  readonly onSpent?: (spent: PhaseTimes) => void;
}

/** Somebody waits: how long, by which clock. */
export interface Hurry {
  readonly withinMs: number;
  readonly now: () => number;
}

/** Rows of a run in a hurry that are scored whatever time they take. */
const LEAST_ROWS = 16;

/**
 * Scores the best rows with every ranking metric: all of them, or in a hurry the best of them, as
 * many as there is time for and at least `LEAST_ROWS`.
 */
export async function finalRows(
  task: SweepTask,
  { pool, onSpent }: ScoringPool,
  stage: StageName,
  best: RankedRows,
  hurry: Hurry | null = null,
): Promise<FinalRows> {
  const indices = variantIndices(best);
  const scored: ScoredVariant[] = [];
  // A few rows that somebody waits for do not wait for what the threads are at.
  const urgency = hurry === null ? {} : { urgency: Number.POSITIVE_INFINITY };
  const rows = { ...task.base, ...urgency, stage };
  const startMs = hurry?.now() ?? 0;
  let count = hurry === null ? indices.length : LEAST_ROWS;
  while (count > 0 && scored.length < indices.length) {
    const next = indices.slice(scored.length, scored.length + count);
    // With the very sweep of the chunks: threads keep its scorer under the key, for both.
    scored.push(...(await pool.score(rows, next, onSpent)));
    if (hurry === null) continue;
    const spentMs = Math.max(1, hurry.now() - startMs);
    count = Math.floor(((hurry.withinMs - spentMs) * scored.length) / spentMs);
  }
  // A run's last rows: what is scored after them is another run's.
  pool.forget(task.base.key);
  const found: ResultRow[] = [];
  for (const [i, variant] of scored.entries()) {
    found.push(resultRow(task.plan, stage, variant, i + 1));
    if (i % ROWS_A_TURN === ROWS_A_TURN - 1) await turn();
  }
  return { rows: found, packed: packedRows(scored) };
}

/** Keys of rows take their time: the event loop gets a turn after so many. */
const ROWS_A_TURN = 4;

/** Rows that a thread has scored with every ranking metric, best first. */
export function scoredRows(task: SweepTask, best: RankedRows, metrics: Float64Array): FinalRows {
  const count = RANKING_METRICS.length;
  const scored = Array.from(variantIndices(best), (variantIndex, i) => ({
    variantIndex,
    metrics: metrics.subarray(i * count, (i + 1) * count),
  }));
  const rows = scored.map((variant, i) => resultRow(task.plan, "STAGE_B", variant, i + 1));
  return { rows, packed: packedRows(scored) };
}

function packedRows(scored: readonly ScoredVariant[]): RankedRows {
  const stride = 1 + RANKING_METRICS.length;
  const data = new Float64Array(scored.length * stride);
  scored.forEach(({ variantIndex, metrics }, i) => {
    data[i * stride] = variantIndex;
    data.set(metrics, i * stride + 1);
  });
  return { stride, data };
}

function resultRow(
  plan: RunPlan,
  stage: StageName,
  { variantIndex, metrics }: ScoredVariant,
  rank: number,
): ResultRow {
  const variant = describeVariant(plan.sweep, stage, variantIndex);
  const named = RANKING_METRICS.map((metric, m) => [metric, defined(metrics[m])]);
  return {
    rank,
    variantIndex,
    variantKey: variantKey(plan, variant),
    ...variant,
    metrics: Object.fromEntries(named) as ResultRow["metrics"],
  };
}

/** The best row of a list or a slice in words, for progress. */
export function bestSoFar(sweep: Sweep, stage: StageName, row: Float64Array): BestSoFar {
  const metrics: Partial<Record<RankingMetric, number | null>> = {};
  rankedMetrics(sweep).forEach((metric, m) => {
    metrics[metric] = defined(row[1 + m]);
  });
  return { variantIndex: row[0], ...describeVariant(sweep, stage, row[0]), metrics };
}

/** Undefined is NaN in the core and null outside. */
function defined(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** One hash a ranking metric over a whole stage, whatever it was cut into. */
export class ColumnHashes {
  readonly #stage: StageName;
  readonly #columns: readonly { readonly metric: RankingMetric; readonly hash: Hash }[];
  #next = 0;

  constructor(sweep: Sweep, stage: StageName) {
    this.#stage = stage;
    this.#columns = rankedMetrics(sweep).map((metric) => ({ metric, hash: createHash("sha256") }));
  }

  /** Takes the chunks of the stage in index order. */
  add({ from, to, columns }: Pick<StoredChunk, "from" | "to" | "columns">): void {
    if (from !== this.#next) {
      throw new Error(`${this.#stage} has a hole: ${this.#next} is followed by ${from}`);
    }
    this.#next = to;
    for (const [m, { hash }] of this.#columns.entries()) feedColumn(hash, columns[m]);
  }

  digests(): ColumnDigest[] {
    const stage = this.#stage;
    return this.#columns.map(({ metric, hash }) => ({
      stage,
      metric,
      sha256Hex: hash.digest("hex"),
    }));
  }
}

/** The same of chunks that come as a stream. */
export async function columnDigests(
  sweep: Sweep,
  stage: StageName,
  chunks: Chunks<Pick<StoredChunk, "from" | "to" | "columns">>,
): Promise<ColumnDigest[]> {
  const hashes = new ColumnHashes(sweep, stage);
  for await (const chunk of chunks) hashes.add(chunk);
  return hashes.digests();
}

/** The digest of a finished run, hex. */
export function runDigest(columns: readonly ColumnDigest[], rows: FinalRows): string {
  const hash = createHash("sha256");
  feedDigest(hash, columns, rows.packed);
  return hash.digest("hex");
}
