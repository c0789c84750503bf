import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { ema, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";

/** The first change is that of the second bar, so all starts one bar later than an average. */
export const force: Indicator = {
  id: "volume.force",
  title: "Force index",
  formula: "ema((price - price[1]) * volume)",
  source: "A. Elder, Trading for a Living, 1993; TradingView Elder Force Index",
  params: [windowSpec("window", 13, "Bars of the average."), SOURCE, SEEDING],
  outputs: ["force"],
  defaultRule: { rule: "sign", output: "force" },
  warmup: (params) => [1 + seedBars(numberOf(params, "window"), seedingOf(params))],
  compute: (view, params) => {
    const price = view.price(sourceOf(params));
    const { volume } = view.candles;
    const forces = new Float64Array(price.length).fill(Number.NaN);
    for (let t = 1; t < price.length; t++) forces[t] = (price[t] - price[t - 1]) * volume[t];
    return [ema(forces, numberOf(params, "window"), seedingOf(params))];
  },
};
