import { catalogueFootprint } from "./catalogue-footprint.ts";
import { expressionFootprint } from "./expression-footprint.ts";
import { legsFootprint } from "./leg-footprint.ts";
import type { ScoredBy } from "./row-footprint.ts";
import type { Sweep } from "./sweep.ts";

/** What the strategy of a sweep needs in one thread, were all of it kept. */
export interface StrategyFootprint {
  /** Outputs of all indicators with all their parameters. */
  readonly seriesBytes: number;
  /** Rows that an engine of pairs holds whether or not they stay among the outputs. */
  readonly heldBytes: number;
  /** Outputs of the one that needs most. */
  readonly widestBytes: number;
  readonly planeBytes: number;
  /** Planes that one variant has for itself. */
  readonly variantBytes: number;
  /** Look-ups, and rows that are compared pairwise. */
  readonly pairBytes: number;
  /** Price sources that are read, the close included. */
  readonly sources: number;
  /** Series on the way to a comparison. */
  readonly computingRows: number;
}

export function strategyFootprint(sweep: Sweep, bars: number, by: ScoredBy): StrategyFootprint {
  const { expressions } = sweep;
  const footprint =
    expressions === undefined
      ? catalogueFootprint(sweep, bars, by)
      : expressionFootprint(sweep, Object.values(expressions), bars, by);
  return { ...footprint, pairBytes: footprint.pairBytes + legsFootprint(sweep, bars, by.days) };
}
