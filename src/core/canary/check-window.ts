import { type Candles, sliceCandles } from "../series/candles.ts";
import type { Sweep } from "../stages/sweep.ts";

/** A sweep with candles that fit it. */
export interface CheckedMarket {
  readonly sweep: Sweep;
  readonly candles: Candles;
}

/** At most `maxBars` bars around the beginning of the range, the same sweep over them. */
export function checkWindow({ sweep, candles }: CheckedMarket, maxBars: number): CheckedMarket {
  const from = Math.max(0, sweep.firstBar - Math.floor(maxBars / 2));
  const to = Math.min(sweep.lastBar, from + maxBars);
  return {
    sweep: { ...sweep, firstBar: sweep.firstBar - from, lastBar: to - from },
    candles: sliceCandles(candles, from, to),
  };
}
