import { quotient } from "../series/quotient.ts";
import { candleParts } from "./candle-stats.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";
import { rma, SEEDING, seedBars, seedingOf } from "./recursive-average.ts";
import { trueRange } from "./true-range.ts";

const STILL = "the average true range is 0";

export const candleStatsAtrNorm: Indicator = {
  id: "structure.candle_stats_atr_norm",
  title: "Body and wicks of the candle in average true ranges",
  formula: "body, range and wicks, each divided by rma(true range, atrWindow)",
  source: "S. Nison, Japanese Candlestick Charting Techniques, 1991; J. W. Wilder, 1978",
  params: [windowSpec("atrWindow", 14, "Bars of the average true range."), SEEDING],
  outputs: ["bodyAtr", "rangeAtr", "upperWickAtr", "lowerWickAtr"],
  undefinedWhere: { bodyAtr: STILL, rangeAtr: STILL, upperWickAtr: STILL, lowerWickAtr: STILL },
  defaultRule: { rule: "candleBody", output: "bodyAtr" },
  warmup: (params) => {
    return new Array<number>(4).fill(seedBars(numberOf(params, "atrWindow"), seedingOf(params)));
  },
  compute: ({ candles }, params) => {
    const { body, range, upperWick, lowerWick } = candleParts(candles);
    const atr = rma(trueRange(candles), numberOf(params, "atrWindow"), seedingOf(params));
    return [body, range, upperWick, lowerWick].map((part) =>
      part.map((size, t) => quotient(size, atr[t])),
    );
  },
};
