import { PrefixSum } from "../series/prefix-sum.ts";
import { quotient } from "../series/quotient.ts";
import { moneyFlowVolume } from "./accumulation-distribution.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";

export const cmf: Indicator = {
  id: "volume.cmf",
  title: "Chaikin money flow",
  formula: "sum(volume * ((close - low) - (high - close)) / (high - low)) / sum(volume)",
  source: "M. Chaikin; TradingView Chaikin Money Flow",
  params: [windowSpec("window", 20, "Bars summed.")],
  outputs: ["cmf"],
  undefinedWhere: { cmf: "no volume for a whole window" },
  defaultRule: { rule: "band", output: "cmf", params: { long: 0.05, short: -0.05 } },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const volumes = view.prefixSum("volume").means(window);
    const flows = PrefixSum.of(moneyFlowVolume(view.candles)).means(window);
    return [flows.map((flow, t) => quotient(flow, volumes[t]))];
  },
};
