import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { ema, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";

export const dema: Indicator = {
  id: "ma.dema",
  title: "Double exponential moving average",
  formula: "2 * ema1 - ema2; ema1 = ema(price), ema2 = ema(ema1)",
  source: "P. G. Mulloy, Stocks & Commodities 12:1, 1994; TA-Lib DEMA",
  params: [windowSpec("window", 20, "Bars of both averages."), SOURCE, SEEDING],
  outputs: ["value"],
  defaultRule: { rule: "price", output: "value" },
  warmup: (params) => [2 * seedBars(numberOf(params, "window"), seedingOf(params))],
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const seeding = seedingOf(params);
    const once = ema(view.price(sourceOf(params)), window, seeding);
    const twice = ema(once, window, seeding);
    const out = new Float64Array(once.length);
    for (let t = 0; t < out.length; t++) out[t] = once[t] + (once[t] - twice[t]);
    return [out];
  },
};
