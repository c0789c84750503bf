import { checkLookahead, type LookaheadReport } from "./check-lookahead.ts";
import { checkWarmup, type WarmupReport } from "./check-warmup.ts";
import type { CheckedMarket } from "./check-window.ts";

/** What can be known of a strategy before it is swept. */
export interface StrategyCheck {
  readonly lookahead: LookaheadReport;
  readonly warmup: WarmupReport;
}

/** Both checks; the seed decides what is sampled. A matter of a second. */
export function checkStrategy(market: CheckedMarket, seed: number): StrategyCheck {
  return { lookahead: checkLookahead(market, { seed }), warmup: checkWarmup(market, { seed }) };
}
