import { PrefixSum } from "../series/prefix-sum.ts";
import { weightedMeans } from "../series/weighted-mean.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { rateOfChange } from "./rate-of-change.ts";

export const coppock: Indicator = {
  id: "momentum.coppock",
  title: "Coppock curve",
  formula: "wma(roc(price, long) + roc(price, short))",
  source: "E. Coppock, Barron's, 1962; TradingView Coppock Curve",
  params: [
    windowSpec("window", 10, "Bars of the weighted average."),
    windowSpec("longWindow", 14, "Bars of the slower rate of change."),
    windowSpec("shortWindow", 11, "Bars of the faster rate of change."),
    SOURCE,
  ],
  outputs: ["coppock"],
  undefinedWhere: { coppock: "an earlier price is 0" },
  defaultRule: { rule: "sign", output: "coppock" },
  warmup: (params) => [
    Math.max(numberOf(params, "longWindow"), numberOf(params, "shortWindow")) +
      numberOf(params, "window") -
      1,
  ],
  compute: (view, params) => {
    const price = view.price(sourceOf(params));
    const rates = rateOfChange(price, numberOf(params, "longWindow"));
    const faster = rateOfChange(price, numberOf(params, "shortWindow"));
    for (let t = 0; t < rates.length; t++) rates[t] += faster[t];
    return [weightedMeans(PrefixSum.of(rates), numberOf(params, "window"))];
  },
};
