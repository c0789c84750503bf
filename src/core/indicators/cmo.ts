import type { ParameterValues } from "../parameter.ts";
import { PrefixSum } from "../series/prefix-sum.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";
import { rma } from "./recursive-average.ts";

/** Chande sums the changes of the window; TA-Lib's function of this name takes Wilder averages. */
const AVERAGES = ["simple", "wilder"] as const;

export const cmo: Indicator = {
  id: "momentum.cmo",
  title: "Chande momentum oscillator",
  formula: "100 * (up - down) / (up + down), averages of rises and falls; 0 without either",
  source: "T. Chande and S. Kroll, The New Technical Trader, 1994; TradingView ta.cmo; TA-Lib CMO",
  params: [
    windowSpec("window", 9, "Bars of the averages."),
    SOURCE,
    {
      name: "average",
      kind: "choice",
      choices: AVERAGES,
      default: "simple",
      description: "Simple (Chande, TradingView) or Wilder's, seeded by the simple one (TA-Lib).",
    },
  ],
  outputs: ["cmo"],
  defaultRule: { rule: "band", output: "cmo", params: { long: -50, short: 50 } },
  warmup: (params) => [numberOf(params, "window")],
  compute: (view, params) => {
    const price = view.price(sourceOf(params));
    const rises = new Float64Array(price.length).fill(Number.NaN);
    const falls = new Float64Array(price.length).fill(Number.NaN);
    for (let t = 1; t < price.length; t++) {
      const change = price[t] - price[t - 1];
      rises[t] = Math.max(change, 0);
      falls[t] = Math.max(-change, 0);
    }
    const up = averageOf(rises, params);
    const down = averageOf(falls, params);
    for (let t = 0; t < up.length; t++) {
      const moved = up[t] + down[t];
      up[t] = moved === 0 ? 0 : (100 * (up[t] - down[t])) / moved;
    }
    return [up];
  },
};

function averageOf(changes: Float64Array, params: ParameterValues): Float64Array {
  const window = numberOf(params, "window");
  if (params.average === "wilder") return rma(changes, window, "sma");
  return PrefixSum.of(changes).means(window);
}
