import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { ema, rma, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";
import { trueRangeFromClose } from "./true-range.ts";

/**
 * The first true range is that of the second bar. TradingView's ta.kc averages it with rangeAverage
 * ema over the window of the middle line.
 */
export const keltner: Indicator = {
  id: "trend.keltner",
  title: "Keltner channel",
  formula:
    "middle = ema(price, window); upper, lower = middle +- multiplier * average true range over " +
    "rangeWindow",
  source: "C. Keltner, 1960; L. Bradford Raschke; TradingView ta.kc",
  params: [
    windowSpec("window", 20, "Bars of the middle line."),
    {
      name: "multiplier",
      kind: "number",
      min: 0.01,
      max: 100,
      default: 2,
      description: "Distance of the bands from the middle, in average true ranges.",
    },
    windowSpec("rangeWindow", 10, "Bars of the average true range."),
    {
      name: "rangeAverage",
      kind: "choice",
      choices: ["rma", "ema"],
      default: "rma",
      description: "How the true range is averaged: Wilder's (rma) or exponential (ema).",
    },
    SOURCE,
    SEEDING,
  ],
  outputs: ["middle", "upper", "lower"],
  outputParams: { middle: ["window", "source", "seeding"] },
  defaultRule: { rule: "price", output: "middle" },
  warmup: (params) => {
    const seeding = seedingOf(params);
    const middle = seedBars(numberOf(params, "window"), seeding);
    const band = Math.max(middle, 1 + seedBars(numberOf(params, "rangeWindow"), seeding));
    return [middle, band, band];
  },
  compute: (view, params) => {
    const seeding = seedingOf(params);
    const multiplier = numberOf(params, "multiplier");
    const middle = ema(view.price(sourceOf(params)), numberOf(params, "window"), seeding);
    const average = params.rangeAverage === "ema" ? ema : rma;
    const rangeWindow = numberOf(params, "rangeWindow");
    const range = average(trueRangeFromClose(view.candles), rangeWindow, seeding);
    const upper = new Float64Array(middle.length);
    const lower = new Float64Array(middle.length);
    for (let t = 0; t < middle.length; t++) {
      upper[t] = middle[t] + multiplier * range[t];
      lower[t] = middle[t] - multiplier * range[t];
    }
    return [middle, upper, lower];
  },
};
