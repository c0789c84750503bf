import { lowest as lowestOf } from "../series/window-extremes.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, sourceOf, sourceSpec, windowSpec } from "./parameters.ts";

export const lowest: Indicator = {
  id: "structure.lowest",
  title: "Lowest value",
  formula: "the lowest price of the last window bars, the current one included",
  source: "TA-Lib MIN; TradingView ta.lowest",
  params: [windowSpec("window", 20, "Bars looked at."), sourceSpec("low")],
  outputs: ["value"],
  defaultRule: { rule: "deltaSign", output: "value" },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: (view, params) => [lowestOf(view.price(sourceOf(params)), numberOf(params, "window"))],
};
