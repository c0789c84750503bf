import { PrefixSum } from "../series/prefix-sum.ts";
import { standardDeviations } from "../series/standard-deviation.ts";
import { volumeWeightedMeans } from "../series/volume-weighted-mean.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, sourceOf, sourceSpec, windowSpec } from "./parameters.ts";

const BAND = ["window", "source"];

export const vwapDeviation: Indicator = {
  id: "volume.vwap_deviation",
  title: "Bands around the rolling volume-weighted average price",
  formula:
    "vwap = sum(price * volume) / sum(volume); deviation = population sd of price - vwap; " +
    "upper, lower = vwap +- multiplier * deviation",
  source: "TradingView Rolling VWAP, with bands by the distance from the moving VWAP",
  params: [
    windowSpec("window", 20, "Bars of the VWAP, and of the deviation from it."),
    {
      name: "multiplier",
      kind: "number",
      min: 0.01,
      max: 100,
      default: 2,
      description: "Distance of the bands from the VWAP, in deviations.",
    },
    sourceSpec("hlc3"),
  ],
  outputs: ["vwap", "upper", "lower", "deviation"],
  outputParams: { vwap: BAND, deviation: BAND },
  undefinedWhere: {
    vwap: "no volume for a whole window",
    upper: "the VWAP is undefined in the window",
    lower: "the VWAP is undefined in the window",
    deviation: "the VWAP is undefined in the window",
  },
  defaultRule: { rule: "fade", output: "upper" },
  warmup: (params) => {
    const vwap = numberOf(params, "window") - 1;
    return [vwap, 2 * vwap, 2 * vwap, 2 * vwap];
  },
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const multiplier = numberOf(params, "multiplier");
    const price = view.prefixSum(sourceOf(params));
    const vwap = volumeWeightedMeans(price, view.prefixSum("volume"), window);
    const distances = PrefixSum.of(vwap.map((mean, t) => price.values[t] - mean));
    const deviation = standardDeviations(distances, distances.means(window), window);
    const upper = vwap.map((mean, t) => mean + multiplier * deviation[t]);
    const lower = vwap.map((mean, t) => mean - multiplier * deviation[t]);
    return [vwap, upper, lower, deviation];
  },
};
