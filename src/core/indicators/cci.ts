import { quotient } from "../series/quotient.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, sourceOf, sourceSpec, windowSpec } from "./parameters.ts";

/** Lambert's constant puts most values between -100 and 100. */
const SCALE = 0.015;

/** The mean deviation has no step from bar to bar: each window is summed anew. */
export const cci: Indicator = {
  id: "momentum.cci",
  title: "Commodity channel index",
  formula: "(price - sma(price)) / (0.015 * mean absolute deviation from that average)",
  source: "D. Lambert, Commodities, 1980; TA-Lib CCI; TradingView ta.cci",
  params: [windowSpec("window", 20, "Bars of mean and deviation."), sourceSpec("hlc3")],
  outputs: ["cci"],
  undefinedWhere: { cci: "all prices of the window are equal" },
  defaultRule: { rule: "band", output: "cci", params: { long: -100, short: 100 } },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const price = view.price(sourceOf(params));
    const means = view.prefixSum(sourceOf(params)).means(window);
    return [
      means.map((mean, t) =>
        quotient(price[t] - mean, SCALE * meanDeviation(price, mean, t, window)),
      ),
    ];
  },
};

function meanDeviation(price: Float64Array, mean: number, last: number, window: number): number {
  if (Number.isNaN(mean)) return Number.NaN;
  let sum = 0;
  for (let t = last - window + 1; t <= last; t++) sum += Math.abs(price[t] - mean);
  return sum / window;
}
