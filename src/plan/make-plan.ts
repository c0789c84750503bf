import { ConstraintFault } from "../core/grid/constraint.ts";
import { Grid } from "../core/grid/grid.ts";
import {
  constrainedCombinations,
  MAX_CONSTRAINED_COMBINATIONS,
  VariantSpace,
} from "../core/grid/variant-space.ts";
import { BETTER, RANKING_METRICS, type RankingMetric } from "../core/metrics/ranking-metric.ts";
import type { Candles } from "../core/series/candles.ts";
import { daysSpanned } from "../core/series/days.ts";
import { type Timeframe, timeframeMs } from "../core/series/timeframe.ts";
import { type BudgetedRun, type KeptBounds, memoryBudget } from "../core/stages/memory-budget.ts";
import { PAIR_BATCH } from "../core/stages/scorer-caches.ts";
import { type RankingKey, riskCells, type StageName, type Sweep } from "../core/stages/sweep.ts";
import { type Complaint, complaint, UserError } from "../core/user-error.ts";
import { canonicalJson } from "./canonical-json.ts";
import { type ScoringCosts, scoringCosts } from "./cost-model.ts";
import { exactPrices } from "./exact-prices.ts";
import { expandRiskAxis } from "./expand-axis.ts";
import { type Guards, halveGuards } from "./guards.ts";
import { refuseIdleSideAxes } from "./idle-side-axes.ts";
import { largestNeed } from "./largest-need.ts";
import type { RunRequest } from "./request.ts";
import { type ResolvedRange, resolveRange } from "./resolve-range.ts";
import { resolveStrategy } from "./resolve-strategy.ts";
import type { RunEstimate, RunPlan } from "./run-plan.ts";
import { keyedExecution, sha256Hex } from "./variant-key.ts";

/** Candles a plan is made for, already in the timeframe that the request asks for. */
export interface Market {
  readonly datasetHash: string;
  readonly timeframe: Timeframe;
  readonly candles: Candles;
}

export interface PlanOptions {
  readonly guards: Guards;
  readonly engineVersion: string;
  /** Threads the run may use. */
  readonly workers: number;
  /** What the process keeps for other runs at most; a run's share of it is in its budget. */
  readonly caches?: KeptBounds;
  /** What scores the run: its budget is for either where this is absent. */
  readonly kernels?: "wasm" | "reference";
  /** A synchronous run gets half the budgets. */
  readonly synchronous?: boolean;
}

/** Version of what a plan hash covers; part of every hash. */
const PLAN_SCHEMA = 1;
const CONDITION = "a condition over the axes";
/**
 * Index space a constraint may thin out, as a multiple of the variants allowed: skipping numbers
 * costs time too.
 */
const MAX_SPARSENESS = 1_000;
/** Most variants of one chunk: bounds what a lost chunk costs and the columns in flight. */
const MAX_CHUNK_VARIANTS = 1 << 20;
/** Most chunks of one stage, whose rows a start writes in one statement: 2 s on a busy machine. */
const MAX_CHUNKS = 50_000;
/**
 * Most variants of a chunk for each thread, unless larger ones are asked for: as many as an engine
 * scores together. More are no faster, and their columns are a statement that others wait for.
 */
const THREAD_CHUNK_VARIANTS = PAIR_BATCH;

/**
 * Validates a request against its candles, estimates it, and freezes it. Throws UserError with
 * every complaint.
 */
export function makePlan(request: RunRequest, market: Market, options: PlanOptions): RunPlan {
  const guards = options.synchronous === true ? halveGuards(options.guards) : options.guards;
  const range = resolveRange(request.range, request.warmupBars, market);
  const sweep = resolveSweep(request, range, market.timeframe);
  const indexSpace = new Grid(sweep.axes).size;
  refuseOversizedGrid(sweep, indexSpace, guards, options);
  const variants = countVariants(sweep);
  const cells = riskCells(sweep);
  const positions = Math.min(sweep.preselect, variants);
  const stageB = positions * cells;
  refuseOverBudget("STAGE_A", variants, guards, options);
  refuseOverBudget("STAGE_B", stageB, guards, options);

  const bars = range.endBar - range.feedBar;
  const costs = scoringCosts(sweep, bars);
  const work = { costs, cells, positions, indexSpace, workers: options.workers };
  const chunkVariants = chunkSizes(request, work, guards);
  const times = market.candles.time.subarray(range.feedBar, range.endBar);
  const run: BudgetedRun = {
    bars,
    days: daysSpanned(times, sweep.timeframeMs),
    variants: variants + stageB,
    workers: options.workers,
    chunkVariants: Math.max(
      Math.min(chunkVariants.stageA, indexSpace),
      Math.min(chunkVariants.stageB * cells, stageB),
    ),
    ...(options.caches === undefined ? {} : { caches: options.caches }),
    ...(options.kernels === "wasm" ? { isExact: exactPrices(market.candles) } : {}),
  };
  const budget = memoryBudget(sweep, run);
  refuseOverMemory(budget.totalBytes, guards, options, () => largestNeed(request, sweep, run));
  const seconds = (variants * costs.baseVariant + stageB * costs.riskCell) / options.workers;
  const estimate: RunEstimate = {
    indexSpace,
    stageAVariants: variants,
    stageBVariants: stageB,
    bars,
    bytes: budget.totalBytes,
    seconds,
  };
  const plan: RunPlan = {
    planHash: planHash(market, range, sweep),
    datasetHash: market.datasetHash,
    engineVersion: options.engineVersion,
    request,
    sweep,
    range: { startMs: range.startMs, endMs: range.endMs },
    feedBar: range.feedBar,
    endBar: range.endBar,
    estimate,
    chunkVariants,
  };
  // A copy: whoever made the request may go on using it.
  return deepFreeze(structuredClone(plan));
}

function resolveSweep(request: RunRequest, range: ResolvedRange, timeframe: Timeframe): Sweep {
  const found: Complaint[] = [];
  const report = (fault: Complaint) => void found.push(fault);
  const strategy = resolveStrategy(request.strategy);
  found.push(...strategy.complaints);
  refuseIdleSides(request, report);
  if (found.length === 0) {
    refuseIdleSideAxes(request.strategy, strategy, request.execution.direction, report);
  }
  const stops = expandRiskAxis(request.risk.stopLossPct, "risk.stopLossPct", report);
  const trails = expandRiskAxis(request.risk.trailingStopPct, "risk.trailingStopPct", report);
  const targets = expandRiskAxis(request.risk.takeProfitPct, "risk.takeProfitPct", report);
  const ranking = resolveRanking(request, report);
  const columns = furtherColumns(request, ranking, report);
  refuseWholePrice(request.execution, report);
  if (found.length > 0) throw new UserError("VALIDATION", found);
  return {
    axes: strategy.axes,
    indicators: strategy.indicators,
    signals: strategy.signals,
    ...(strategy.expressions === undefined ? {} : { expressions: strategy.expressions }),
    constraint: request.strategy.constraint ?? null,
    execution: request.execution,
    firstBar: range.firstBar - range.feedBar,
    lastBar: range.endBar - range.feedBar,
    timeframeMs: timeframeMs(timeframe),
    stops,
    trails,
    targets,
    ranking,
    ...(columns.length === 0 ? {} : { columns }),
    preselect: request.preselect,
    topK: request.topK,
  };
}

/** Slippage and half the spread come off the price together, and something must be left of it. */
function refuseWholePrice(
  { slippagePct, spreadPct }: RunRequest["execution"],
  report: (fault: Complaint) => void,
): void {
  const takenPct = slippagePct + spreadPct / 2;
  if (takenPct < 100) return;
  const message = "slippage and half the spread take the whole price";
  report(complaint("execution.spreadPct", message, spreadPct, `< ${2 * (100 - slippagePct)}`));
}

/** Without an entry that the direction allows nothing would ever be traded. */
function refuseIdleSides(request: RunRequest, report: (fault: Complaint) => void): void {
  const { direction } = request.execution;
  const { expressions } = request.strategy;
  if (expressions === undefined || direction === "LONG_SHORT") return;
  const side = direction === "LONG_ONLY" ? "long" : "short";
  if (expressions[side] !== undefined) return;
  const message = `${direction} needs a ${side} side`;
  report(complaint(`strategy.expressions.${side}`, message, undefined, "an expression"));
}

function resolveRanking(request: RunRequest, report: (fault: Complaint) => void): Sweep["ranking"] {
  const { primary, secondary } = request.ranking;
  const key = ({ metric, direction }: typeof primary): RankingKey => ({
    metric,
    direction: direction ?? BETTER[metric],
  });
  if (secondary === undefined) return [key(primary)];
  if (secondary.metric === primary.metric) {
    const path = "ranking.secondary.metric";
    report(complaint(path, "the secondary metric must differ", secondary.metric));
  }
  return [key(primary), key(secondary)];
}

/** Metrics to store beside those of the ranking, each once, in the order there is of metrics. */
function furtherColumns(
  { schedule: { columns = [], keepColumns } }: RunRequest,
  ranking: Sweep["ranking"],
  report: (fault: Complaint) => void,
): RankingMetric[] {
  if (keepColumns === false && columns.length > 0) {
    const message = "would be dropped with the others: keepColumns is false";
    report(complaint("schedule.columns", message, columns.join(", "), "none"));
  }
  return RANKING_METRICS.filter(
    (metric) => columns.includes(metric) && ranking.every((key) => key.metric !== metric),
  );
}

/**
 * Variants the constraint leaves. Throws UserError for a faulty constraint and for an empty grid.
 */
function countVariants(sweep: Sweep): number {
  const { axes, constraint } = sweep;
  const path = "strategy.constraint";
  try {
    if (constraint !== null) {
      const combinations = constrainedCombinations(axes, constraint);
      if (combinations > MAX_CONSTRAINED_COMBINATIONS) {
        const bound = `<= ${MAX_CONSTRAINED_COMBINATIONS}`;
        const message = "the axes it reads have too many combinations";
        throw new UserError("VALIDATION", complaint(path, message, combinations, bound));
      }
    }
    const { count } = new VariantSpace(axes, constraint);
    if (count > 0) return count;
  } catch (error) {
    if (!(error instanceof ConstraintFault)) throw error;
    throw new UserError("VALIDATION", complaint(path, error.message, constraint, CONDITION));
  }
  throw new UserError("VALIDATION", complaint(path, "no variant is left", constraint, ">= 1"));
}

/**
 * Before anything is counted: without a constraint the index space is the variants, with one it
 * bounds the work.
 */
function refuseOversizedGrid(
  sweep: Sweep,
  indexSpace: number,
  guards: Guards,
  options: PlanOptions,
): void {
  const allowed = guards.maxVariantsPerStage * (sweep.constraint === null ? 1 : MAX_SPARSENESS);
  if (indexSpace <= allowed) return;
  const subject = sweep.constraint === null ? "STAGE_A" : "STAGE_A, before its constraint,";
  // Finite, so that every API can say it.
  const requested = Math.min(indexSpace, Number.MAX_VALUE);
  throw gridTooLarge({ subject, stage: "STAGE_A", requested, allowed }, options);
}

function refuseOverBudget(
  stage: StageName,
  requested: number,
  guards: Guards,
  options: PlanOptions,
): void {
  const allowed = guards.maxVariantsPerStage;
  if (requested > allowed)
    throw gridTooLarge({ subject: stage, stage, requested, allowed }, options);
}

interface Excess {
  readonly subject: string;
  readonly stage: StageName;
  readonly requested: number;
  readonly allowed: number;
}

function gridTooLarge(excess: Excess, options: PlanOptions): UserError {
  const { subject, stage, requested, allowed } = excess;
  const message = `${subject} has too many variants${hint(options)}`;
  const path = stage === "STAGE_A" ? "strategy" : "risk";
  return new UserError("GRID_TOO_LARGE", complaint(path, message, requested, `<= ${allowed}`), {
    stage,
    requested,
    allowed,
  });
}

function refuseOverMemory(
  requested: number,
  guards: Guards,
  options: PlanOptions,
  largest: () => string,
): void {
  if (requested <= guards.maxBytes) return;
  throw new UserError(
    "MEMORY_BUDGET_EXCEEDED",
    complaint(
      largest(),
      `the run needs too much memory${hint(options)}`,
      requested,
      `<= ${guards.maxBytes}`,
    ),
    { requested, allowed: guards.maxBytes },
  );
}

function hint(options: PlanOptions): string {
  return options.synchronous === true ? " for a synchronous run: use startRun" : "";
}

interface StageSizes {
  readonly costs: ScoringCosts;
  readonly cells: number;
  /** Numbers of Stage A. */
  readonly indexSpace: number;
  /** Numbers of Stage B. */
  readonly positions: number;
  readonly workers: number;
}

/** Stage A counts indices, Stage B shortlist positions. */
function chunkSizes(
  request: RunRequest,
  work: StageSizes,
  guards: Guards,
): { stageA: number; stageB: number } {
  const { costs, cells, indexSpace, positions, workers } = work;
  const asked = request.schedule.chunkVariants;
  const clamp = (variants: number) =>
    Math.max(1, Math.min(MAX_CHUNK_VARIANTS, Math.floor(variants)));
  const least = (total: number) => Math.ceil(total / MAX_CHUNKS);
  if (asked !== undefined) {
    // A position is scored whole, so a chunk of Stage B has one at least.
    const leastB = least(positions) > 1 ? least(positions) * cells : 1;
    refuseTooManyChunks(asked, Math.max(least(indexSpace), leastB));
    return { stageA: clamp(asked), stageB: clamp(asked / cells) };
  }
  const seconds = guards.chunkSeconds * workers;
  const most = Math.min(MAX_CHUNK_VARIANTS, THREAD_CHUNK_VARIANTS * workers);
  const stageB = Math.min(most, seconds / costs.riskCell) / cells;
  return {
    stageA: Math.max(least(indexSpace), clamp(Math.min(most, seconds / costs.baseVariant))),
    stageB: Math.max(least(positions), clamp(stageB)),
  };
}

/** What a crash costs is promised, so it is not chosen anew. */
function refuseTooManyChunks(asked: number, least: number): void {
  if (asked >= least) return;
  const message = `a stage has ${MAX_CHUNKS} chunks at most`;
  const path = "schedule.chunkVariants";
  throw new UserError("VALIDATION", complaint(path, message, asked, `>= ${least}`));
}

function planHash(market: Market, range: ResolvedRange, sweep: Sweep): string {
  return sha256Hex(
    canonicalJson({
      schema: PLAN_SCHEMA,
      dataset: market.datasetHash,
      timeframe: market.timeframe,
      bars: [range.feedBar, range.firstBar, range.endBar],
      sweep: keyedSweep(sweep),
    }),
  );
}

/**
 * A trailing axis that is not used is left out, as costs are that are not paid, and so are columns
 * that are stored beside the result.
 */
function keyedSweep({ trails, columns: _columns, ...sweep }: Sweep): object {
  const execution = keyedExecution(sweep.execution);
  const trailing = trails.some((pct) => pct !== null);
  return { ...sweep, execution, ...(trailing ? { trails } : {}) };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
