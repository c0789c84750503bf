import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { rma as rmaOf, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";

export const rma: Indicator = {
  id: "ma.rma",
  title: "Wilder's running moving average",
  formula: "rma += 1 / window * (price - rma)",
  source: "J. W. Wilder, New Concepts in Technical Trading Systems, 1978; TradingView ta.rma",
  params: [windowSpec("window", 14, "Bars; the newest weighs 1 / window."), SOURCE, SEEDING],
  outputs: ["value"],
  defaultRule: { rule: "price", output: "value" },
  warmup: (params) => [seedBars(numberOf(params, "window"), seedingOf(params))],
  compute: (view, params) => {
    const price = view.price(sourceOf(params));
    return [rmaOf(price, numberOf(params, "window"), seedingOf(params))];
  },
};
