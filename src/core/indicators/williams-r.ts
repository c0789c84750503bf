import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";
import { positionInRange } from "./position-in-range.ts";

export const williamsR: Indicator = {
  id: "momentum.williams_r",
  title: "Williams %R",
  formula: "-100 * (highest high - close) / (highest high - lowest low)",
  source: "L. Williams; TA-Lib WILLR; TradingView ta.wpr",
  params: [windowSpec("window", 14, "Bars of the highest high and the lowest low.")],
  outputs: ["williamsR"],
  undefinedWhere: { williamsR: "high and low were equal for a whole window" },
  defaultRule: { rule: "band", output: "williamsR", params: { long: -80, short: -20 } },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: ({ candles: { close, high, low } }, params) => {
    const position = positionInRange({ value: close, high, low }, numberOf(params, "window"));
    for (let t = 0; t < position.length; t++) position[t] = 100 * (position[t] - 1);
    return [position];
  },
};
