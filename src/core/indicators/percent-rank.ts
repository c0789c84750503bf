import { RankCounter } from "../series/rank-counter.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, SOURCE, sourceOf, windowSpec } from "./parameters.ts";

/** The current bar counts among the window, so the lowest possible rank is 100 / window. */
export const percentRank: Indicator = {
  id: "structure.percent_rank",
  title: "Percent rank",
  formula: "100 * (prices of the window at or below the current one, itself included) / window",
  source: "Percentile rank of the empirical distribution function",
  params: [windowSpec("window", 100, "Bars ranked, the current one included."), SOURCE],
  outputs: ["percentRank"],
  defaultRule: { rule: "band", output: "percentRank", params: { long: 10, short: 90 } },
  warmup: (params) => [numberOf(params, "window") - 1],
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const price = view.price(sourceOf(params));
    const out = new Float64Array(price.length).fill(Number.NaN);
    const counter = new RankCounter(price);
    let present = 0;
    for (let t = 0; t < out.length; t++) {
      if (counter.isAbsent(t)) {
        for (; present > 0; present--) counter.count(t - present, -1);
        continue;
      }
      if (present === window) counter.count(t - window, -1);
      else present += 1;
      counter.count(t, 1);
      if (present === window) out[t] = (100 * counter.atOrBelow(t)) / window;
    }
    return [out];
  },
};
