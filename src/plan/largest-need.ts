import type { BudgetedRun } from "../core/stages/memory-budget.ts";
import { memoryBudget } from "../core/stages/memory-budget.ts";
import type { Binding, Sweep } from "../core/stages/sweep.ts";
import type { RunRequest } from "./request.ts";

/** What a field would save is worth naming it from this share of the run's bytes on. */
const WORTH_NAMING = 0.05;

/** A field of a request at its least. */
interface Cut {
  readonly path: string;
  readonly sweep?: Partial<Sweep>;
  readonly run?: Partial<BudgetedRun>;
}

/**
 * Path of the field that a user would shrink to make a run need less memory: the one that saves
 * most bytes at its least. Where none does, what all of it goes by: the range, or the threads; ""
 * where these would not help either.
 */
export function largestNeed(request: RunRequest, sweep: Sweep, run: BudgetedRun): string {
  const bytes = memoryBudget(sweep, run).totalBytes;
  const saved = (cut: Cut) =>
    bytes - memoryBudget({ ...sweep, ...cut.sweep }, { ...run, ...cut.run }).totalBytes;
  const largest = (cuts: readonly Cut[]) => {
    const savings = cuts.map((cut) => ({ path: cut.path, bytes: saved(cut) }));
    const worth = savings.filter((saving) => saving.bytes >= WORTH_NAMING * bytes);
    // Of the same savings the first is named.
    return worth.reduce((a, b) => (b.bytes > a.bytes ? b : a), worth[0])?.path;
  };
  const fields = [...axisCuts(request, sweep), ...riskCuts(sweep, run), ...countCuts(request)];
  const everything = [
    { path: "range", run: { bars: 1 } },
    { path: "schedule.workers", run: { workers: 1 } },
  ];
  return largest(fields) ?? largest(everything) ?? "";
}

function axisCuts(request: RunRequest, { axes, indicators, signals }: Sweep): Cut[] {
  const bound = (params: Readonly<Record<string, Binding>>, axis: number) =>
    Object.keys(params).find((name) => {
      const binding = params[name];
      return "axis" in binding && binding.axis === axis;
    });
  const pathOf = (axis: number): string => {
    for (const { name, params } of indicators) {
      const param = bound(params, axis);
      if (param !== undefined) return `strategy.indicators.${name}.params.${param}`;
    }
    for (const [i, { params }] of signals.entries()) {
      const param = bound(params, axis);
      if (param === undefined) continue;
      return request.strategy.signals === undefined
        ? "strategy"
        : `strategy.signals.${i}.params.${param}`;
    }
    return `strategy.parameters.${axes[axis].name}`;
  };
  return axes.flatMap(({ values }, axis) => {
    if (values.length === 1) return [];
    const least = axes.map((one, a) => (a === axis ? { ...one, values: values.slice(0, 1) } : one));
    return [{ path: pathOf(axis), sweep: { axes: least } }];
  });
}

/** Cells of a chunk that are a whole grid become fewer with it. */
function riskCuts({ stops, trails, targets }: Sweep, run: BudgetedRun): Cut[] {
  const kinds = [
    { path: "risk.stopLossPct", levels: stops, least: { stops: stops.slice(0, 1) } },
    { path: "risk.trailingStopPct", levels: trails, least: { trails: trails.slice(0, 1) } },
    { path: "risk.takeProfitPct", levels: targets, least: { targets: targets.slice(0, 1) } },
  ];
  return kinds
    .filter(({ levels }) => levels.length > 1)
    .map(({ path, levels, least }) => {
      const chunkVariants = Math.ceil(run.chunkVariants / levels.length);
      return { path, sweep: least, run: { chunkVariants } };
    });
}

function countCuts({ schedule, strategy }: RunRequest): Cut[] {
  return [
    { path: "preselect", sweep: { preselect: 1 } },
    { path: "topK", sweep: { topK: 1 } },
    ...(strategy.constraint === undefined
      ? []
      : [{ path: "strategy.constraint", sweep: { constraint: null } }]),
    ...(schedule.columns === undefined
      ? []
      : [{ path: "schedule.columns", sweep: { columns: [] } }]),
    ...(schedule.chunkVariants === undefined
      ? []
      : [{ path: "schedule.chunkVariants", run: { chunkVariants: 1 } }]),
  ];
}
