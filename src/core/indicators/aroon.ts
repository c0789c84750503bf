import { highestBars, lowestBars } from "../series/window-extremes.ts";
import type { Indicator } from "./indicator.ts";
import { numberOf, windowSpec } from "./parameters.ts";

/** It looks `window` bars back, so it reads window + 1 bars; of equal extremes the latest. */
export const aroon: Indicator = {
  id: "trend.aroon",
  title: "Aroon",
  formula:
    "up, down = 100 * (window - bars since the highest high, lowest low) / window, " +
    "oscillator = up - down",
  source: "T. Chande, Stocks & Commodities 13:9, 1995; TA-Lib AROON, AROONOSC",
  params: [windowSpec("window", 14, "Bars back to the farthest extreme.")],
  outputs: ["oscillator", "up", "down"],
  defaultRule: { rule: "band", output: "oscillator", params: { long: 50, short: -50 } },
  warmup: (params) => new Array<number>(3).fill(numberOf(params, "window")),
  compute: (view, params) => {
    const window = numberOf(params, "window");
    const { high, low } = view.candles;
    const highs = highestBars(high, window + 1);
    const lows = lowestBars(low, window + 1);
    const [oscillator, up, down] = [0, 1, 2].map(() => new Float64Array(view.bars));
    for (let t = 0; t < view.bars; t++) {
      up[t] = highs[t] < 0 ? Number.NaN : (100 * (window - (t - highs[t]))) / window;
      down[t] = lows[t] < 0 ? Number.NaN : (100 * (window - (t - lows[t]))) / window;
      oscillator[t] = up[t] - down[t];
    }
    return [oscillator, up, down];
  },
};
