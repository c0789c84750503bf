import { highest as highestOf } from "../series/window-extremes.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, sourceOf, sourceSpec, windowSpec } from "./parameters.ts";

export const highest: Indicator = {
  id: "structure.highest",
  title: "Highest value",
  formula: "the highest price of the last window bars, the current one included",
  source: "TA-Lib MAX; TradingView ta.highest",
  params: [windowSpec("window", 20, "Bars looked at."), sourceSpec("high")],
  outputs: ["value"],
  defaultRule: { rule: "deltaSign", output: "value" },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: (view, params) => [highestOf(view.price(sourceOf(params)), numberOf(params, "window"))],
};
