import { PrefixSum } from "../series/prefix-sum.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";

/** Its sums start at the second bar, the first with a previous close. */
export const ultimate: Indicator = {
  id: "momentum.ultimate",
  title: "Ultimate oscillator",
  formula:
    "100 * (4 * a(fast) + 2 * a(middle) + a(slow)) / 7, a = sum(close - true low) / " +
    "sum(true high - true low); 0 without range",
  source: "L. Williams, Stocks & Commodities, 1985; TA-Lib ULTOSC; TradingView Ultimate Oscillator",
  params: [
    windowSpec("fastWindow", 7, "Bars of the sum with weight 4."),
    windowSpec("middleWindow", 14, "Bars of the sum with weight 2."),
    windowSpec("slowWindow", 28, "Bars of the sum with weight 1."),
  ],
  outputs: ["ultimate"],
  defaultRule: { rule: "band", output: "ultimate" },
  warmup: (params) => [
    Math.max(
      numberOf(params, "fastWindow"),
      numberOf(params, "middleWindow"),
      numberOf(params, "slowWindow"),
    ),
  ],
  compute: ({ candles: { high, low, close } }, params) => {
    const buying = new Float64Array(close.length).fill(Number.NaN);
    const range = new Float64Array(close.length).fill(Number.NaN);
    for (let t = 1; t < close.length; t++) {
      const trueLow = Math.min(low[t], close[t - 1]);
      buying[t] = close[t] - trueLow;
      range[t] = Math.max(high[t], close[t - 1]) - trueLow;
    }
    const buyingSums = PrefixSum.of(buying);
    const rangeSums = PrefixSum.of(range);
    const pressure = (window: string) => {
      const ranges = rangeSums.means(numberOf(params, window));
      const means = buyingSums.means(numberOf(params, window));
      return means.map((mean, t) => (ranges[t] === 0 ? 0 : mean / ranges[t]));
    };
    const fast = pressure("fastWindow");
    const middle = pressure("middleWindow");
    const slow = pressure("slowWindow");
    return [fast.map((value, t) => (100 * (4 * value + 2 * middle[t] + slow[t])) / 7)];
  },
};
