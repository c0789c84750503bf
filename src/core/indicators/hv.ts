import { PrefixSum } from "../series/prefix-sum.ts";
import { standardDeviations } from "../series/standard-deviation.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";

/** The first return is that of the second bar. */
export const hv: Indicator = {
  id: "volatility.hv",
  title: "Historical volatility",
  formula:
    "100 * sqrt(annualization) * population sd of the last window log returns ln(price / price[1])",
  source: "J. Hull, Options, Futures, and Other Derivatives, estimating volatility from history",
  params: [
    windowSpec("window", 20, "Returns in the sample.", 2),
    {
      name: "annualization",
      kind: "number",
      min: 1,
      max: 1_000_000,
      default: 365,
      description: "Bars a year: 365 for daily bars round the clock, 252 for those of an exchange.",
    },
    SOURCE,
  ],
  outputs: ["hv"],
  defaultRule: { rule: "deltaSign", output: "hv" },
  undefinedWhere: { hv: "a price in the window that is not above 0" },
  warmup: (params) => [numberOf(params, "window")],
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const returns = PrefixSum.of(logReturns(view.price(sourceOf(params))));
    const out = standardDeviations(returns, returns.means(window), window);
    const factor = 100 * Math.sqrt(numberOf(params, "annualization"));
    for (let t = 0; t < out.length; t++) out[t] *= factor;
    return [out];
  },
};

function logReturns(price: Float64Array): Float64Array {
  const out = new Float64Array(price.length).fill(Number.NaN);
  for (let t = 1; t < out.length; t++) out[t] = Math.log(price[t] / price[t - 1]);
  return out;
}
