import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";

/** Not centred: the centred form shifts the price against the average and would look ahead. */
export const dpo: Indicator = {
  id: "momentum.dpo",
  title: "Detrended price oscillator",
  formula: "price - sma(price)[floor(window / 2) + 1]",
  source: "TradingView Detrended Price Oscillator, not centred",
  params: [windowSpec("window", 21, "Bars of the average, and nearly twice its age."), SOURCE],
  outputs: ["dpo"],
  defaultRule: { rule: "sign", output: "dpo" },
  warmup: (params) => {
    const window = numberOf(params, "window");
    return [window - 1 + ageOf(window)];
  },
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const age = ageOf(window);
    const price = view.price(sourceOf(params));
    const means = view.prefixSum(sourceOf(params)).means(window);
    const out = new Float64Array(price.length).fill(Number.NaN);
    for (let t = age; t < out.length; t++) out[t] = price[t] - means[t - age];
    return [out];
  },
};

function ageOf(window: number): number {
  return Math.floor(window / 2) + 1;
}
