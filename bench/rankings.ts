/** What ranking W1 by another metric costs, beside ranking it by total return. */
import { RANKING_METRICS, type RankingMetric } from "../src/core/metrics/ranking-metric.ts";
import type { KernelName } from "../src/kernels/choose-kernels.ts";
import { createPool } from "../src/pool/pool.ts";
import { interleaved, type Turns } from "./interleaved.ts";
import { timedTask } from "./timed-task.ts";
import { WORKLOADS } from "./workloads.ts";

export interface RankingCost extends Turns {
  readonly metric: RankingMetric;
}

/** Total return first; one thread, all metrics in turns. */
export async function rankingCosts(runs: number, kernels: KernelName): Promise<RankingCost[]> {
  const w1 = WORKLOADS.find(({ name }) => name === "W1")!;
  const others = RANKING_METRICS.filter((metric) => metric !== "totalReturnPct");
  const metrics: RankingMetric[] = ["totalReturnPct", ...others];
  const pool = await createPool({ size: 1, kernels });
  try {
    const tasks = metrics.map((metric) => {
      const request = { ...w1.request, ranking: { primary: { metric } } };
      return timedTask({ ...w1, request }, pool, 1);
    });
    const turns = await interleaved(await Promise.all(tasks), runs);
    return turns.map((turn, i) => ({ metric: metrics[i], ...turn }));
  } finally {
    await pool.close();
  }
}

export function rankingTable(costs: readonly RankingCost[]): string {
  const rows = costs.map(
    ({ metric, medianMs, ratio }) =>
      `| ${metric} | ${medianMs.toFixed(1)} ms | ${ratio.toFixed(2)}x |`,
  );
  return ["| W1 ranked by | median | of total return |", "|---|---|---|", ...rows].join("\n");
}
