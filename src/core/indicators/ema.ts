import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { ema as emaOf, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";

export const ema: Indicator = {
  id: "ma.ema",
  title: "Exponential moving average",
  formula: "ema += 2 / (window + 1) * (price - ema)",
  source: "TA-Lib EMA; TradingView ta.ema",
  params: [windowSpec("window", 20, "Bars; the newest weighs 2 / (window + 1)."), SOURCE, SEEDING],
  outputs: ["value"],
  defaultRule: { rule: "price", output: "value" },
  warmup: (params) => [seedBars(numberOf(params, "window"), seedingOf(params))],
  compute: (view, params) => {
    const price = view.price(sourceOf(params));
    return [emaOf(price, numberOf(params, "window"), seedingOf(params))];
  },
};
