import type { Trials } from "../core/metrics/sharpe-certainty.ts";
import { riskLevels } from "../core/stages/describe.ts";
import { rankedMetrics, riskCells, type StageName, type Sweep } from "../core/stages/sweep.ts";
import type { RunRecord } from "../store/records.ts";
import type { Store, StoredChunk } from "../store/store.ts";

/**
 * What a run's best was chosen from: the variants it has scored until now, and how their Sharpe
 * ratios vary where the run ranks by them. A cell without any stop or target repeats its base
 * variant and is no trial of its own. The same whatever the chunks are.
 */
export async function runTrials(store: Store, run: RunRecord): Promise<Trials> {
  const { sweep } = run.plan;
  const metric = rankedMetrics(sweep).indexOf("sharpe");
  const count = trialCount(run);
  if (metric < 0) return { count, sharpeVariance: null };
  const spread = new Spread();
  for (const stage of ["STAGE_A", "STAGE_B"] as const) {
    for await (const chunk of store.storedChunks(run.id, stage)) {
      addTrials(spread, sweep, stage, chunk, metric);
    }
  }
  const variance = spread.variance();
  const perDay = variance === null ? null : variance / sweep.execution.periodsPerYear;
  return { count, sharpeVariance: perDay };
}

function trialCount({ plan, stage, done }: RunRecord): number {
  if (stage === "STAGE_A") return done;
  const cells = riskCells(plan.sweep);
  const ownCells = cells - (repeatedCell(plan.sweep) === null ? 0 : 1);
  return plan.estimate.stageAVariants + Math.round((done / cells) * ownCells);
}

/** The cell without any stop or target, or null where the risk grid has none. */
function repeatedCell(sweep: Sweep): number | null {
  for (let cell = 0; cell < riskCells(sweep); cell++) {
    if (Object.values(riskLevels(sweep, cell)).every((level) => level === null)) return cell;
  }
  return null;
}

function addTrials(
  spread: Spread,
  sweep: Sweep,
  stage: StageName,
  chunk: StoredChunk,
  metric: number,
): void {
  const cells = stage === "STAGE_B" ? riskCells(sweep) : 1;
  const repeated = stage === "STAGE_B" ? repeatedCell(sweep) : null;
  chunk.columns[metric].forEach((value, i) => {
    if (i % cells !== repeated) spread.add(value);
  });
}

/** Running variance. Welford, Technometrics (1962). */
class Spread {
  #count = 0;
  #mean = 0;
  #squares = 0;

  /** Undefined values are left out. */
  add(value: number): void {
    if (!Number.isFinite(value)) return;
    this.#count++;
    const fromOld = value - this.#mean;
    this.#mean += fromOld / this.#count;
    this.#squares += fromOld * (value - this.#mean);
  }

  /** Sample variance, ddof 1; null with fewer than two values. */
  variance(): number | null {
    return this.#count < 2 ? null : this.#squares / (this.#count - 1);
  }
}
