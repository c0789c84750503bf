import type { Candles } from "../series/candles.ts";
import { quotient } from "../series/quotient.ts";
import type { Indicator } from "./indicator.ts";

const FLAT = "high = low";

export const candleStats: Indicator = {
  id: "structure.candle_stats",
  title: "Body and wicks of the candle",
  formula:
    "body = |close - open|; range = high - low; upper wick = high - max(open, close); " +
    "lower wick = min(open, close) - low; the others are shares of the range, from 0 to 1",
  source: "S. Nison, Japanese Candlestick Charting Techniques, 1991",
  params: [],
  outputs: [
    "bodyShare",
    "upperWickShare",
    "lowerWickShare",
    "body",
    "range",
    "upperWick",
    "lowerWick",
  ],
  undefinedWhere: { bodyShare: FLAT, upperWickShare: FLAT, lowerWickShare: FLAT },
  defaultRule: { rule: "candleBody", output: "bodyShare" },
  warmup: () => [0, 0, 0, 0, 0, 0, 0],
  compute: ({ candles }) => {
    const { body, range, upperWick, lowerWick } = candleParts(candles);
    const share = (part: Float64Array) => part.map((size, t) => quotient(size, range[t]));
    const shares = [share(body), share(upperWick), share(lowerWick)];
    return [...shares, body, range, upperWick, lowerWick];
  },
};

export interface CandleParts {
  readonly body: Float64Array;
  readonly range: Float64Array;
  readonly upperWick: Float64Array;
  readonly lowerWick: Float64Array;
}

/** The sizes of a candle's parts, in price units. */
export function candleParts({ open, high, low, close }: Candles): CandleParts {
  return {
    body: close.map((price, t) => Math.abs(price - open[t])),
    range: high.map((price, t) => price - low[t]),
    upperWick: high.map((price, t) => price - Math.max(open[t], close[t])),
    lowerWick: low.map((price, t) => Math.min(open[t], close[t]) - price),
  };
}
