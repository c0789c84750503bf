import { PrefixSum } from "../series/prefix-sum.ts";
import { highest } from "../series/window-extremes.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";

export const ulcer: Indicator = {
  id: "volatility.ulcer",
  title: "Ulcer index",
  formula:
    "sqrt(mean(d^2)), d = 100 * (price / highest price - 1); mean and highest over window bars",
  source: "P. Martin and B. McCann, The Investor's Guide to Fidelity Funds, 1989",
  params: [windowSpec("window", 14, "Bars of the highest price and of the mean."), SOURCE],
  outputs: ["ulcer"],
  defaultRule: { rule: "deltaSign", output: "ulcer" },
  undefinedWhere: { ulcer: "a highest price of 0" },
  warmup: (params) => [2 * (numberOf(params, "window") - 1)],
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const price = view.price(sourceOf(params));
    const squares = highest(price, window);
    for (let t = 0; t < squares.length; t++) {
      const drawdown = (100 * (price[t] - squares[t])) / squares[t];
      squares[t] = drawdown * drawdown;
    }
    const out = PrefixSum.of(squares).means(window);
    for (let t = 0; t < out.length; t++) out[t] = Math.sqrt(out[t]);
    return [out];
  },
};
