import { PrefixSum } from "../series/prefix-sum.ts";
import { weightedMeans } from "../series/weighted-mean.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";

export const hma: Indicator = {
  id: "ma.hma",
  title: "Hull moving average",
  formula: "wma(2 * wma(price, floor(window / 2)) - wma(price, window), floor(sqrt(window)))",
  source: "A. Hull, 2005; TradingView ta.hma",
  params: [windowSpec("window", 20, "Bars of the slower inner average.", 2), SOURCE],
  outputs: ["value"],
  defaultRule: { rule: "price", output: "value" },
  warmup: (params) => {
    const window = numberOf(params, "window");
    return [window - 1 + outerWindow(window) - 1];
  },
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const sums = view.prefixSum(sourceOf(params));
    const slow = weightedMeans(sums, window);
    const led = weightedMeans(sums, Math.floor(window / 2));
    for (let t = 0; t < led.length; t++) led[t] += led[t] - slow[t];
    return [weightedMeans(PrefixSum.of(led), outerWindow(window))];
  },
};

function outerWindow(window: number): number {
  return Math.floor(Math.sqrt(window));
}
