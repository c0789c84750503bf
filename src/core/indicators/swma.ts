import type { Indicator } from "./indicator.ts";
import { SOURCE, sourceOf } from "./parameters.ts";

const WINDOW = 4;

export const swma: Indicator = {
  id: "ma.swma",
  title: "Symmetrically weighted moving average",
  formula: "(price + 2 * price[1] + 2 * price[2] + price[3]) / 6",
  source: "TradingView ta.swma",
  params: [SOURCE],
  outputs: ["value"],
  defaultRule: { rule: "price", output: "value" },
  warmup: () => [WINDOW - 1],
  compute: (view, params) => {
    const price = view.price(sourceOf(params));
    const out = new Float64Array(price.length).fill(Number.NaN);
    for (let t = WINDOW - 1; t < out.length; t++) {
      out[t] = (price[t] + price[t - 3] + 2 * (price[t - 1] + price[t - 2])) / 6;
    }
    return [out];
  },
};
