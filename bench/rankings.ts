/** What ranking by another metric costs in both stages, beside ranking by total return. */
import { RANKING_METRICS, type RankingMetric } from "../src/core/metrics/ranking-metric.ts";
import type { KernelName } from "../src/kernels/choose-kernels.ts";
import { createPool } from "../src/pool/pool.ts";
import { interleaved, type Turns } from "./interleaved.ts";
import { timedTask } from "./timed-task.ts";
import { WORKLOADS, type Workload } from "./workloads.ts";

export interface RankingCost extends Turns {
  readonly workload: string;
  readonly metric: RankingMetric;
}

/** Stage A by its engines, and one of Stage B, whose shortlist is the same for all metrics. */
const RANKED = ["W1", "W2", "W3", "W5"];

/** Of these workloads; total return first; one thread, all metrics in turns. */
export async function rankingCosts(
  only: readonly string[],
  runs: number,
  kernels: KernelName,
): Promise<RankingCost[]> {
  const others = RANKING_METRICS.filter((metric) => metric !== "totalReturnPct");
  const metrics: RankingMetric[] = ["totalReturnPct", ...others];
  const pool = await createPool({ size: 1, kernels });
  const costsOf = async (workload: Workload) => {
    const { shortlist } = await timedTask(workload, pool, 1);
    const tasks = metrics.map((metric) => {
      const request = { ...workload.request, ranking: { primary: { metric } } };
      return timedTask({ ...workload, request }, pool, 1, { shortlist });
    });
    const turns = await interleaved(await Promise.all(tasks), runs);
    return turns.map((turn, i) => ({ workload: workload.name, metric: metrics[i], ...turn }));
  };
  try {
    const costs: RankingCost[] = [];
    for (const workload of WORKLOADS) {
      if (RANKED.includes(workload.name) && only.includes(workload.name))
        costs.push(...(await costsOf(workload)));
    }
    return costs;
  } finally {
    await pool.close();
  }
}

export function rankingTable(costs: readonly RankingCost[]): string {
  const rows = costs.map(
    ({ workload, metric, medianMs, ratio }) =>
      `| ${workload} | ${metric} | ${medianMs.toFixed(1)} ms | ${ratio.toFixed(2)}x |`,
  );
  return ["| workload | ranked by | median | of total return |", "|---|---|---|---|", ...rows].join(
    "\n",
  );
}
