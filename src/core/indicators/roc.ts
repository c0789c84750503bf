import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { rateOfChange } from "./rate-of-change.ts";

export const roc: Indicator = {
  id: "momentum.roc",
  title: "Rate of change",
  formula: "100 * (price / price[window] - 1)",
  source: "TA-Lib ROC; TradingView ta.roc",
  params: [windowSpec("window", 10, "Bars back to the price compared with."), SOURCE],
  outputs: ["roc"],
  undefinedWhere: { roc: "the earlier price is 0" },
  defaultRule: { rule: "sign", output: "roc" },
  warmup: (params) => [numberOf(params, "window")],
  compute: (view, params) => [
    rateOfChange(view.price(sourceOf(params)), numberOf(params, "window")),
  ],
};
