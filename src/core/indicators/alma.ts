import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";

export const alma: Indicator = {
  id: "ma.alma",
  title: "Arnaud Legoux moving average",
  formula:
    "sum(w[i] * price[i]) / sum(w), w[i] = exp(-(i - offset * (window - 1))^2 / (2 * s^2)), " +
    "s = window / sigma, i from 0 (oldest) to window - 1 (newest)",
  source: "A. Legoux and D. Kouzis-Loukas, 2009; TradingView ta.alma",
  params: [
    windowSpec("window", 9, "Bars averaged."),
    {
      name: "offset",
      kind: "number",
      min: 0,
      max: 1,
      default: 0.85,
      description:
        "Where in the window the weight peaks, from the oldest (0) to the newest bar (1).",
    },
    {
      name: "sigma",
      kind: "number",
      min: 0.1,
      max: 100,
      default: 6,
      description: "Sharpness of the peak: its standard deviation is window / sigma bars.",
    },
    SOURCE,
  ],
  outputs: ["value"],
  defaultRule: { rule: "price", output: "value" },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const weights = bell(window, numberOf(params, "offset"), numberOf(params, "sigma"));
    return [weighted(view.price(sourceOf(params)), weights)];
  },
};

/** Weights that add up to 1, oldest bar first. */
function bell(window: number, offset: number, sigma: number): Float64Array {
  const peak = offset * (window - 1);
  const spread = window / sigma;
  const weights = Float64Array.from({ length: window }, (_, i) =>
    Math.exp(-((i - peak) * (i - peak)) / (2 * spread * spread)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Distances from the newest price are weighted, so that equal prices stay as they are. */
function weighted(price: Float64Array, weights: Float64Array): Float64Array {
  const window = weights.length;
  const out = new Float64Array(price.length).fill(Number.NaN);
  for (let t = window - 1; t < out.length; t++) {
    const newest = price[t];
    const first = t - window + 1;
    let sum = 0;
    for (let i = 0; i < window; i++) sum += weights[i] * (price[first + i] - newest);
    out[t] = newest + sum;
  }
  return out;
}
