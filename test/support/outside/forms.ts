import { CandleView } from "../../../src/core/series/candle-view.ts";
import { type Candles, sliceCandles } from "../../../src/core/series/candles.ts";
import type { Form, Subject } from "./comparison.ts";
import { computeOurs } from "./our-series.ts";

/** Ours over the bars from the second one on, its range widened to the close before it. */
export function fromSecondBar({ view, series }: Subject): Float64Array {
  const ours = computeOurs(new CandleView(widenedFromSecondBar(view.candles)), series);
  return Float64Array.of(Number.NaN, ...ours);
}

function widenedFromSecondBar(candles: Candles): Candles {
  const later = sliceCandles(candles, 1, candles.time.length);
  const high = Float64Array.from(later.high);
  const low = Float64Array.from(later.low);
  high[0] = Math.max(high[0], candles.close[0]);
  low[0] = Math.min(low[0], candles.close[0]);
  return { ...later, high, low };
}

export const RANGE_FROM_SECOND_BAR: Form = {
  reason: "it has no true range of the first bar, where ours is high - low (as TradingView)",
  apply: ({ theirs }, subject) => ({ ours: fromSecondBar(subject), theirs }),
};

/** These points alone differ. */
export function differingAt(points: readonly number[], reason: string): Form {
  return { reason, apply: (pair) => ({ ...pair, differing: new Set(points) }) };
}

/** Compared from a bar on. */
export function fromBar(bar: number, reason: string): Form {
  return {
    reason,
    apply: ({ ours, theirs }) => ({ ours: ours.subarray(bar), theirs: theirs.subarray(bar) }),
  };
}

export function times(factor: number, reason: string): Form {
  return {
    reason,
    apply: ({ ours, theirs }) => ({ ours: ours.map((value) => factor * value), theirs }),
  };
}

/**
 * The bars before `forgotten` show what follows from the other start, those from there on ours:
 * by then a recursion has forgotten how it started.
 */
export function otherStart(
  forgotten: number,
  reason: string,
  startedAsThere: (subject: Subject) => Float64Array,
): Form {
  return {
    reason,
    apply: ({ ours, theirs }, subject) => {
      const started = startedAsThere(subject);
      const shown = ours.map((value, t) => (t < forgotten ? started[t] : value));
      return { ours: shown, theirs, reproduced: new Set(Array(forgotten).keys()) };
    },
  };
}
