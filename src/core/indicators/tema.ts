import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { ema, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";

export const tema: Indicator = {
  id: "ma.tema",
  title: "Triple exponential moving average",
  formula: "3 * ema1 - 3 * ema2 + ema3; ema1 = ema(price), ema2 = ema(ema1), ema3 = ema(ema2)",
  source: "P. G. Mulloy, Stocks & Commodities 12:1, 1994; TA-Lib TEMA",
  params: [windowSpec("window", 20, "Bars of all three averages."), SOURCE, SEEDING],
  outputs: ["value"],
  defaultRule: { rule: "price", output: "value" },
  warmup: (params) => [3 * seedBars(numberOf(params, "window"), seedingOf(params))],
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const seeding = seedingOf(params);
    const once = ema(view.price(sourceOf(params)), window, seeding);
    const twice = ema(once, window, seeding);
    const thrice = ema(twice, window, seeding);
    const out = new Float64Array(once.length);
    for (let t = 0; t < out.length; t++) out[t] = 3 * (once[t] - twice[t]) + thrice[t];
    return [out];
  },
};
