import type { ParameterValues } from "../parameter.ts";
import type { Candles } from "../series/candles.ts";
import { highest, lowest } from "../series/window-extremes.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";

/**
 * All values belong to the bar at which they are known. The spans of a bar are the cloud that a
 * chart draws at it, computed `displacement` bars earlier. The lagging span is today's close drawn
 * that many bars back, over the price it is compared with: `lagging` is that price.
 */
export const ichimoku: Indicator = {
  id: "trend.ichimoku",
  title: "Ichimoku cloud",
  formula:
    "conversion, base, b = (highest high + lowest low) / 2 over their windows; spanA = " +
    "(conversion + base) / 2, spanB = b and lagging = close, each of displacement bars earlier",
  source: "G. Hosoda, 1969; TradingView Ichimoku Cloud",
  params: [
    windowSpec("conversionWindow", 9, "Bars of the conversion line (tenkan)."),
    windowSpec("baseWindow", 26, "Bars of the base line (kijun)."),
    windowSpec("spanBWindow", 52, "Bars of the second span (senkou B)."),
    windowSpec("displacement", 26, "Bars by which a chart shifts the spans."),
  ],
  outputs: ["conversion", "base", "spanA", "spanB", "lagging"],
  outputParams: {
    conversion: ["conversionWindow"],
    base: ["baseWindow"],
    spanA: ["conversionWindow", "baseWindow", "displacement"],
    spanB: ["spanBWindow", "displacement"],
    lagging: ["displacement"],
  },
  defaultRule: { rule: "price", output: "spanA" },
  warmup: (params) => {
    const conversion = numberOf(params, "conversionWindow") - 1;
    const base = numberOf(params, "baseWindow") - 1;
    const displacement = numberOf(params, "displacement");
    const spanA = Math.max(conversion, base) + displacement;
    const spanB = numberOf(params, "spanBWindow") - 1 + displacement;
    return [conversion, base, spanA, spanB, displacement];
  },
  compute: ({ candles }, params) => {
    const conversion = middle(candles, params, "conversionWindow");
    const base = middle(candles, params, "baseWindow");
    const spanA = new Float64Array(base.length);
    for (let t = 0; t < spanA.length; t++) spanA[t] = (conversion[t] + base[t]) / 2;
    const bars = numberOf(params, "displacement");
    return [
      conversion,
      base,
      earlier(spanA, candles, bars),
      earlier(middle(candles, params, "spanBWindow"), candles, bars),
      earlier(candles.close, candles, bars),
    ];
  },
};

function middle({ high, low }: Candles, params: ParameterValues, window: string): Float64Array {
  const top = highest(high, numberOf(params, window));
  const bottom = lowest(low, numberOf(params, window));
  for (let t = 0; t < top.length; t++) top[t] = (top[t] + bottom[t]) / 2;
  return top;
}

/** The value `bars` bars earlier; NaN where a bar since then is absent. */
function earlier(series: Float64Array, { close }: Candles, bars: number): Float64Array {
  const out = new Float64Array(series.length).fill(Number.NaN);
  let runStart = 0;
  for (let t = 0; t < out.length; t++) {
    if (Number.isNaN(close[t])) runStart = t + 1;
    if (t - bars >= runStart) out[t] = series[t - bars];
  }
  return out;
}
