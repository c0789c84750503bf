import { correlations } from "../series/correlation.ts";
import { PRICE_SOURCES, type PriceSource } from "../series/price-source.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";

export const correlation: Indicator = {
  id: "structure.correlation",
  title: "Correlation of two prices",
  formula: "Pearson's r of the two prices over the last window bars",
  source: "TA-Lib CORREL; TradingView ta.correlation",
  params: [
    windowSpec("window", 20, "Bars correlated.", 2),
    SOURCE,
    {
      name: "other",
      kind: "choice",
      choices: PRICE_SOURCES,
      default: "volume",
      description: "The price that the first one is correlated with.",
    },
  ],
  outputs: ["correlation"],
  undefinedWhere: { correlation: "one of the prices did not move for a whole window" },
  defaultRule: { rule: "sign", output: "correlation" },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: (view, params) => [
    correlations(
      view.prefixSum(sourceOf(params)),
      view.prefixSum(params.other as PriceSource),
      numberOf(params, "window"),
    ),
  ],
};
