import { PrefixSum } from "../series/prefix-sum.ts";
import { quotient } from "../series/quotient.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, sourceOf, sourceSpec, windowSpec } from "./parameters.ts";

/** The first flow is that of the second bar. */
export const mfi: Indicator = {
  id: "volume.mfi",
  title: "Money flow index",
  formula: "100 * up / (up + down), sums of price * volume of bars with a higher and a lower price",
  source: "G. Quong and A. Soudack, Stocks & Commodities, 1989; TA-Lib MFI; TradingView ta.mfi",
  params: [windowSpec("window", 14, "Bars summed."), sourceSpec("hlc3")],
  outputs: ["mfi"],
  undefinedWhere: { mfi: "no price moved, or none had volume, for a whole window" },
  defaultRule: { rule: "band", output: "mfi", params: { long: 20, short: 80 } },
  warmup: (params) => [numberOf(params, "window")],
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const price = view.price(sourceOf(params));
    const { volume } = view.candles;
    const up = new Float64Array(price.length).fill(Number.NaN);
    const down = new Float64Array(price.length).fill(Number.NaN);
    for (let t = 1; t < price.length; t++) {
      const change = price[t] - price[t - 1];
      const flow = price[t] * volume[t];
      if (Number.isNaN(change)) continue;
      up[t] = change > 0 ? flow : 0;
      down[t] = change < 0 ? flow : 0;
    }
    const ups = PrefixSum.of(up).means(window);
    const downs = PrefixSum.of(down).means(window);
    return [ups.map((flow, t) => 100 * quotient(flow, flow + downs[t]))];
  },
};
