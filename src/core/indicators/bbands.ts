import { standardDeviations } from "../series/standard-deviation.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";

export const bbands: Indicator = {
  id: "volatility.bbands",
  title: "Bollinger bands",
  formula: "basis = sma(price); upper, lower = basis +- multiplier * population sd",
  source: "J. Bollinger; TA-Lib BBANDS; TradingView ta.bb",
  params: [
    windowSpec("window", 20, "Bars of mean and deviation."),
    {
      name: "multiplier",
      kind: "number",
      min: 0.01,
      max: 100,
      default: 2,
      description: "Distance of the bands from the basis, in standard deviations.",
    },
    SOURCE,
  ],
  outputs: ["basis", "upper", "lower"],
  outputParams: { basis: ["window", "source"] },
  defaultRule: { rule: "price", output: "basis" },
  warmup: (params) => new Array<number>(3).fill(numberOf(params, "window") - 1),
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const multiplier = numberOf(params, "multiplier");
    const sums = view.prefixSum(sourceOf(params));
    const basis = sums.means(window);
    const deviation = standardDeviations(sums, basis, window);
    const upper = new Float64Array(basis.length);
    const lower = new Float64Array(basis.length);
    for (let t = 0; t < basis.length; t++) {
      upper[t] = basis[t] + multiplier * deviation[t];
      lower[t] = basis[t] - multiplier * deviation[t];
    }
    return [basis, upper, lower];
  },
};
