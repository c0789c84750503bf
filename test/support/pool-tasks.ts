import { allocateCandles, CANDLE_COLUMNS, type Candles } from "../../src/core/series/candles.ts";
import { Ranking } from "../../src/core/stages/ranking.ts";
import { scoreStageA } from "../../src/core/stages/stage-a.ts";
import { scoreStageB } from "../../src/core/stages/stage-b.ts";
import { SweepScorer } from "../../src/core/stages/sweep-scorer.ts";
import { TopRows } from "../../src/core/stages/top-rows.ts";
import { syntheticCandles } from "../../src/market-data/synthetic.ts";
import { DEFAULT_GUARDS } from "../../src/plan/guards.ts";
import type { RunPlan } from "../../src/plan/run-plan.ts";
import type { ChunkResult, ChunkTask, RankedRows } from "../../src/pool/task.ts";
import { CROSS_REQUEST, planOf } from "./request-samples.ts";

/** A plan with its candles in shared memory. */
export interface PooledPlan {
  readonly plan: RunPlan;
  readonly candles: Candles;
}

export function pooled(request: object, bars: number): PooledPlan {
  const source = syntheticCandles({ seed: 11, bars });
  const candles = allocateCandles(bars, true);
  for (const column of CANDLE_COLUMNS) candles[column].set(source[column]);
  const market = { datasetHash: "d".repeat(64), timeframe: "1h" as const, candles: source };
  // Work that nobody waits for may be as much as it likes.
  const guards = { ...DEFAULT_GUARDS, maxVariantsPerStage: 2_000_000 };
  return { plan: planOf({ ...CROSS_REQUEST, ...request }, { guards }, market), candles };
}

const windows = (stop: number, step = 1) => ({ window: { start: 2, stop, step } });

/** A few milliseconds of work: 780 variants, a third of all indices forbidden. */
export const LIGHT = pooled(
  {
    strategy: {
      indicators: {
        fast: { id: "ma.sma", params: windows(31) },
        slow: { id: "ma.ema", params: windows(60, 2) },
      },
      signals: [{ rule: "cross", of: "fast", against: "slow" }],
      constraint: "fast.window < slow.window",
    },
    ranking: { primary: { metric: "sharpe" }, secondary: { metric: "maxDrawdownPct" } },
    preselect: 40,
    topK: 25,
  },
  1_500,
);

/** The same over stops inside bars, which trail and fill late, at every cost there is. */
export const INSIDE = pooled(
  {
    strategy: {
      indicators: { rsi: { id: "momentum.rsi", params: windows(21) } },
      signals: [
        {
          rule: "crossLevel",
          of: "rsi",
          params: { long: [20, 30, 40, 50], short: [50, 60, 70, 80] },
        },
      ],
    },
    execution: {
      fillMode: "INTRABAR",
      entryDelayBars: 1,
      fixedFee: 0.5,
      spreadPct: 0.02,
      fundingLongPctPerBar: 0.001,
      fundingShortPctPerBar: -0.0005,
    },
    risk: { stopLossPct: ["off", 2], trailingStopPct: ["off", 1, 3], takeProfitPct: ["off", 4] },
    ranking: { primary: { metric: "calmar" }, secondary: { metric: "numTrades" } },
    preselect: 40,
    topK: 25,
  },
  1_500,
);

/**
 * Many seconds of work for two threads: 1,600,000 variants. The first of the index space are
 * forbidden: whoever sizes slices by indices alone takes the rest as one.
 */
export const HEAVY = pooled(
  {
    strategy: {
      indicators: {
        filter: { id: "ma.ema", params: { window: { start: 1, stop: 164, step: 1 } } },
        fast: { id: "ma.sma", params: windows(101) },
        slow: { id: "ma.wma", params: windows(101) },
      },
      signals: [
        { rule: "cross", of: "fast", against: "slow" },
        { rule: "price", of: "filter" },
      ],
      constraint: "filter.window > 4",
    },
    ranking: { primary: { metric: "returnOverMaxDrawdown" } },
    preselect: 500,
    risk: {},
  },
  2_000,
);

function pairs(stop: number): PooledPlan {
  const indicators = {
    fast: { id: "ma.sma", params: windows(stop) },
    slow: { id: "ma.ema", params: windows(stop) },
  };
  const strategy = { indicators, signals: [{ rule: "cross", of: "fast", against: "slow" }] };
  const ranking = { primary: { metric: "totalReturnPct" } };
  return pooled({ strategy, ranking, preselect: 100, risk: {} }, 4_000);
}

/** Seconds of work in batches, where a backend scores pairs of rows together; and many more. */
export const PAIRS = pairs(601);
export const MANY_PAIRS = pairs(1_201);

/** One base variant with thousands of trades is tenths of a second of Stage B. */
export const MANY_CELLS = pooled(
  {
    strategy: {
      indicators: {
        fast: { id: "ma.sma", params: { window: 2 } },
        slow: { id: "ma.sma", params: { window: [3, 4] } },
      },
      signals: [{ rule: "cross", of: "fast", against: "slow" }],
    },
    ranking: { primary: { metric: "sharpe" } },
    risk: {
      stopLossPct: { start: 0.1, stop: 10, step: 0.1 },
      takeProfitPct: { start: 0.1, stop: 10, step: 0.1 },
    },
  },
  8_000,
);

export function stageA({ plan, candles }: PooledPlan, from = 0, to?: number): ChunkTask {
  const { sweep, planHash, estimate } = plan;
  return {
    key: planHash,
    sweep,
    candles,
    stage: "STAGE_A",
    from,
    to: to ?? estimate.indexSpace,
  };
}

export function stageB(
  work: PooledPlan,
  shortlist: Float64Array,
  from = 0,
  to?: number,
): ChunkTask {
  return { ...stageA(work), stage: "STAGE_B", shortlist, from, to: to ?? shortlist.length };
}

/** Variant indices of rows, best first. */
export function indicesOf({ stride, data }: RankedRows): Float64Array {
  return data.filter((_, i) => i % stride === 0);
}

/** A chunk done in this thread, by the readable backend. */
export function chunkHere(task: ChunkTask): Pick<ChunkResult, "rows" | "columns" | "scored"> {
  const { sweep, candles, from, to } = task;
  const scorer = new SweepScorer(sweep, candles);
  const cells = task.stage === "STAGE_A" ? 1 : scorer.cells;
  const keep = task.stage === "STAGE_A" ? sweep.preselect : sweep.topK;
  const top = new TopRows(new Ranking(sweep.ranking), keep);
  const columns = sweep.ranking.map(() => new Float64Array((to - from) * cells));
  const output = { top, columns, origin: from * cells };
  const scored =
    task.stage === "STAGE_A"
      ? scoreStageA(scorer, from, to, output)
      : scoreStageB(scorer, { shortlist: task.shortlist!, from, to }, output);
  return { rows: top.drain(), columns, scored };
}
