import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { ema, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";

const AVERAGES = 6;

/** Three generalised double averages `(1 + v) * ema - v * ema(ema)` in a row, multiplied out. */
export const t3: Indicator = {
  id: "ma.t3",
  title: "T3 moving average",
  formula:
    "(1 + v)^3 * ema3 - 3 * v * (1 + v)^2 * ema4 + 3 * v^2 * (1 + v) * ema5 - v^3 * ema6; " +
    "ema1 = ema(price), ema2 = ema(ema1), ...",
  source: "T. Tillson, Stocks & Commodities 16:1, 1998; TA-Lib T3",
  params: [
    windowSpec("window", 5, "Bars of all six averages."),
    {
      name: "volumeFactor",
      kind: "number",
      min: 0,
      max: 1,
      default: 0.7,
      description: "v: 0 is a triple average, 1 takes the lag out as far as three DEMAs do.",
    },
    SOURCE,
    SEEDING,
  ],
  outputs: ["value"],
  defaultRule: { rule: "price", output: "value" },
  warmup: (params) => [AVERAGES * seedBars(numberOf(params, "window"), seedingOf(params))],
  compute: (view, params) => {
    const emas = [view.price(sourceOf(params))];
    for (let i = 1; i <= AVERAGES; i++) {
      emas.push(ema(emas[i - 1], numberOf(params, "window"), seedingOf(params)));
    }
    const v = numberOf(params, "volumeFactor");
    const [, , , third, fourth, fifth, sixth] = emas;
    const fourthWeight = -3 * v * (1 + v) * (1 + v);
    const fifthWeight = 3 * v * v * (1 + v);
    const sixthWeight = -v * v * v;
    const out = new Float64Array(third.length);
    for (let t = 0; t < out.length; t++) {
      // The weights add up to 1: as distances from the third average, equal prices stay equal.
      out[t] =
        third[t] +
        fourthWeight * (fourth[t] - third[t]) +
        fifthWeight * (fifth[t] - third[t]) +
        sixthWeight * (sixth[t] - third[t]);
    }
    return [out];
  },
};
