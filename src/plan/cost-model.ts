import { Grid } from "../core/grid/grid.ts";
import type { RankingMetric } from "../core/metrics/ranking-metric.ts";
import { isServedByEveryBackend } from "../core/stages/backend.ts";
import { strategyShape } from "../core/stages/strategy-shape.ts";
import { type Sweep, sweepMetrics } from "../core/stages/sweep.ts";

/** Seconds of one thread. */
export interface ScoringCosts {
  readonly baseVariant: number;
  readonly riskCell: number;
}

/** What is asked of a variant: its end cash, sums over its trades, or every bar it is held. */
type Depth = "cash" | "trades" | "bars";

/** Nanoseconds a variant and bar. */
type Costs = Readonly<Record<Depth, number>>;

/**
 * By what scores them, on one 2-core server class machine with candles of hours, where variants are
 * enough to share what they have in common: rather too much than too little. An estimate, not a
 * promise. The chunk size, the first stretches and the ETA before the first progress come from it.
 */
const COSTS = {
  pairs: { cash: 0.5, trades: 0.8, bars: 1.3 },
  legs: { cash: 0.13, trades: 0.5, bars: 4 },
  /** Signals joined by AND: planes are shared. */
  planes: { cash: 0.13, trades: 0.8, bars: 7 },
  /** Whatever else is said in expressions: each variant has planes of its own. */
  alone: { cash: 2.5, trades: 4, bars: 9 },
  riskCell: { cash: 0.06, trades: 0.6, bars: 1.6 },
} as const satisfies Record<string, Costs>;
/** Where no kernel serves the settings. */
const READABLE = {
  base: { cash: 6, trades: 8, bars: 12 },
  riskCell: { cash: 2.2, trades: 3, bars: 11 },
} as const satisfies Record<string, Costs>;
/** Nanoseconds a variant, however few bars. */
const OWN_NS = 500;

const DEPTHS: Readonly<Record<RankingMetric, Depth>> = {
  totalReturnPct: "cash",
  profitFactor: "trades",
  winRatePct: "trades",
  numTrades: "trades",
  expectancyPct: "trades",
  maxDrawdownPct: "bars",
  returnOverMaxDrawdown: "bars",
  sharpe: "bars",
  sortino: "bars",
  calmar: "bars",
};

/** What scoring a variant of each stage costs over so many bars. */
export function scoringCosts(sweep: Sweep, bars: number): ScoringCosts {
  const depths = sweepMetrics(sweep).map((metric) => DEPTHS[metric]);
  const depth = (["bars", "trades"] as const).find((one) => depths.includes(one)) ?? "cash";
  const seconds = (costs: Costs) => (OWN_NS + bars * costs[depth]) / 1e9;
  if (!isServedByEveryBackend(sweep)) {
    return { baseVariant: seconds(READABLE.base), riskCell: seconds(READABLE.riskCell) };
  }
  const { kind } = strategyShape(sweep, new Grid(sweep.axes));
  const generic = sweep.expressions === undefined ? COSTS.planes : COSTS.alone;
  const base = kind === "generic" ? generic : COSTS[kind];
  return { baseVariant: seconds(base), riskCell: seconds(COSTS.riskCell) };
}
