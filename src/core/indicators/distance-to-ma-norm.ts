import { quotient } from "../series/quotient.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { ema, rma, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";
import { trueRange } from "./true-range.ts";

export const distanceToMaNorm: Indicator = {
  id: "structure.distance_to_ma_norm",
  title: "Distance from the moving average in average true ranges",
  formula: "(price - ema(price)) / rma(true range)",
  source: "Keltner channels (C. Keltner, 1960) read as a score, with Wilder's range",
  params: [windowSpec("window", 20, "Bars of both averages."), SOURCE, SEEDING],
  outputs: ["distance"],
  undefinedWhere: { distance: "the average true range is 0" },
  defaultRule: { rule: "band", output: "distance", params: { long: -2, short: 2 } },
  warmup: (params) => [seedBars(numberOf(params, "window"), seedingOf(params))],
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const price = view.price(sourceOf(params));
    const average = ema(price, window, seedingOf(params));
    const range = rma(trueRange(view.candles), window, seedingOf(params));
    return [average.map((mean, t) => quotient(price[t] - mean, range[t]))];
  },
};
