import type { Candles } from "../series/candles.ts";
import { DoubleDouble } from "../series/double-double.ts";
import { quotient } from "../series/quotient.ts";
import type { Indicator } from "./indicator.ts";
import { sourceOf, sourceSpec } from "./parameters.ts";

const DAY_MS = 86_400_000;

/** A session is the bars that open on one UTC day; a hole begins it anew. */
export const sessionVwap: Indicator = {
  id: "volume.session_vwap",
  title: "Volume-weighted average price of the UTC day",
  formula: "sum(price * volume) / sum(volume) over the bars since the day began",
  source: "TradingView ta.vwap, anchored to the UTC day",
  params: [sourceSpec("hlc3")],
  outputs: ["value"],
  undefinedWhere: { value: "no volume since the day began" },
  defaultRule: { rule: "price", output: "value" },
  warmup: () => [0],
  compute: (view, params) => [sessionMeans(view.price(sourceOf(params)), view.candles)],
};

/** Both sums are taken as means: at one price and volume their quotient stays the same. */
function sessionMeans(price: Float64Array, { time, volume }: Candles): Float64Array {
  const out = new Float64Array(price.length);
  const turnover = new DoubleDouble();
  const traded = new DoubleDouble();
  let bars = 0;
  let session = Number.NaN;
  for (let t = 0; t < out.length; t++) {
    const day = Math.floor(time[t] / DAY_MS);
    const flow = price[t] * volume[t];
    if (day !== session || Number.isNaN(flow)) {
      turnover.set(0, 0);
      traded.set(0, 0);
      bars = 0;
      session = day;
    }
    if (Number.isNaN(flow)) {
      out[t] = Number.NaN;
      continue;
    }
    turnover.add(flow);
    traded.add(volume[t]);
    bars += 1;
    out[t] = quotient(turnover.dividedBy(bars), traded.dividedBy(bars));
  }
  return out;
}
