import { moneyFlowVolume, runningSum } from "./accumulation-distribution.ts";
import type { Indicator } from "./indicator.ts";

export const adLine: Indicator = {
  id: "volume.ad_line",
  title: "Accumulation/distribution line",
  formula:
    "running sum of volume * ((close - low) - (high - close)) / (high - low); 0 where high = low",
  source: "M. Chaikin; TA-Lib AD; TradingView ta.accdist",
  params: [],
  outputs: ["adLine"],
  defaultRule: { rule: "deltaSign", output: "adLine" },
  warmup: () => [0],
  compute: ({ candles }) => [runningSum(moneyFlowVolume(candles))],
};
