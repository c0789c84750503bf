import { PrefixSum } from "../series/prefix-sum.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";

/** The first value moves from the price before it, as in TA-Lib, where f and s are fixed. */
export const kama: Indicator = {
  id: "ma.kama",
  title: "Kaufman's adaptive moving average",
  formula:
    "kama += (er * (f - s) + s)^2 * (price - kama), f = 2 / (fastWindow + 1), " +
    "s = 2 / (slowWindow + 1), er = |price - price[window]| / sum(|price - price[1]|, window)",
  source: "P. J. Kaufman, Smarter Trading, 1995; TA-Lib KAMA",
  params: [
    windowSpec("window", 10, "Bars of the efficiency ratio er."),
    windowSpec("fastWindow", 2, "Bars of the average when prices run straight."),
    windowSpec("slowWindow", 30, "Bars of the average when prices run nowhere."),
    SOURCE,
  ],
  outputs: ["value"],
  defaultRule: { rule: "price", output: "value" },
  warmup: (params) => [numberOf(params, "window")],
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const fast = 2 / (numberOf(params, "fastWindow") + 1);
    const slow = 2 / (numberOf(params, "slowWindow") + 1);
    const price = view.price(sourceOf(params));
    const steps = PrefixSum.of(absoluteSteps(price)).means(window);
    const out = new Float64Array(price.length);
    let average = Number.NaN;
    for (let t = 0; t < out.length; t++) {
      // Without steps in the window, prices ran straight: to where they have always been.
      const path = steps[t] * window;
      const efficiency = path === 0 ? 1 : Math.abs(price[t] - price[t - window]) / path;
      const weight = efficiency * (fast - slow) + slow;
      const before = Number.isNaN(average) ? price[t - 1] : average;
      average = before + weight * weight * (price[t] - before);
      out[t] = average;
    }
    return [out];
  },
};

function absoluteSteps(price: Float64Array): Float64Array {
  const out = new Float64Array(price.length).fill(Number.NaN);
  for (let t = 1; t < out.length; t++) out[t] = Math.abs(price[t] - price[t - 1]);
  return out;
}
