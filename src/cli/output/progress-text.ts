import type { BestView, ProgressView } from "../run-view.ts";
import {
  formatCount,
  formatDuration,
  formatMetric,
  formatRate,
  formatRisk,
  metricTitle,
} from "./format.ts";

const STAGE_TITLES: Readonly<Record<string, string>> = {
  STAGE_A: "Stage A",
  STAGE_B: "Stage B",
  FINALIZING: "Finalizing",
};

export function stageTitle(stage: string): string {
  return STAGE_TITLES[stage] ?? stage;
}

/** By the primary metric: `return % +321.40 (fast.window=12 slow.window=63 stop=5 target=off)` */
export function bestText(best: BestView | null, metric: string): string {
  if (best === null) return "-";
  const params = Object.entries(best.params).map(([name, chosen]) => `${name}=${chosen}`);
  const value = formatMetric(metric, best.metrics[metric]);
  return `${metricTitle(metric)} ${value} (${[...params, ...riskText(best)].join(" ")})`;
}

/** Nothing where nothing has a level; the trailing stop only where it is set. */
function riskText({ stopLossPct, trailingStopPct, takeProfitPct }: BestView): string[] {
  if ((stopLossPct ?? trailingStopPct ?? takeProfitPct) === null) return [];
  const trail = trailingStopPct === null ? [] : [`trail=${formatRisk(trailingStopPct)}`];
  return [`stop=${formatRisk(stopLossPct)}`, ...trail, `target=${formatRisk(takeProfitPct)}`];
}

/** One line for terminals without a bar, and for log files. */
export function progressLine(progress: ProgressView, metric: string): string {
  const { done, total } = progress;
  const share = total > 0 ? Math.floor((100 * done) / total) : 0;
  return [
    (progress.state === "QUEUED" ? "Queued" : stageTitle(progress.stage)).padEnd(10),
    `${formatCount(done)}/${formatCount(total)} (${share} %)`,
    formatRate(progress.variantsPerSecond),
    `ETA ${formatDuration(progress.etaSeconds)}`,
    `best: ${bestText(progress.best, metric)}`,
  ].join("  ");
}
