import type { Indicator } from "./indicator.ts";

export const bop: Indicator = {
  id: "momentum.bop",
  title: "Balance of power",
  formula: "(close - open) / (high - low); 0 where high = low",
  source: "I. Livshin, Stocks & Commodities, 2001; TA-Lib BOP; TradingView Balance of Power",
  params: [],
  outputs: ["bop"],
  defaultRule: { rule: "sign", output: "bop" },
  warmup: () => [0],
  compute: ({ candles: { open, high, low, close } }) => [
    close.map((price, t) => {
      const range = high[t] - low[t];
      return range === 0 ? 0 : (price - open[t]) / range;
    }),
  ],
};
