import type { ParameterValues } from "../../src/core/parameter.ts";
import type { Candles } from "../../src/core/series/candles.ts";
import { highest, lowest } from "../../src/core/series/window-extremes.ts";

/**
 * Where our series differs from that of the seed-parity engine on purpose: why, and what that engine
 * shows instead, so that every point is compared all the same.
 */
export interface Deviation {
  readonly reason: string;
  /** Its series, from ours where one follows from the other. */
  theirs(ours: Float64Array, candles: Candles, params: ParameterValues): Float64Array;
}

/** By fixture id. */
export const DEVIATIONS: Readonly<Record<string, Deviation>> = {
  "momentum.fisher": {
    reason: "it transforms the plain position in the range, without either of Ehlers' recursions",
    theirs: (_, { high, low }, params) => {
      const window = params.window as number;
      const [top, bottom] = [highest(high, window), lowest(low, window)];
      return high.map((_, t) => {
        const middle = (high[t] + low[t]) / 2;
        const x = (2 * (middle - bottom[t])) / (top[t] - bottom[t]) - 1;
        const held = Math.min(0.999, Math.max(-0.999, x));
        return 0.5 * Math.log((1 + held) / (1 - held));
      });
    },
  },
  "volume.ad_line": {
    reason: "its line has no value where high = low and starts anew after such a bar",
    theirs: (ours, { high, low }) => {
      let origin = 0;
      return ours.map((value, t) => {
        const flat = high[t] === low[t];
        if (flat) origin = value;
        else if (Number.isNaN(value)) origin = 0;
        return flat ? Number.NaN : value - origin;
      });
    },
  },
  "volume.cmf": {
    reason:
      "it takes the sum from its own A/D line, so a window lacks a bar before it or high = low",
    theirs: (ours, { high, low }, params) => {
      const window = params.window as number;
      const gap = high.map((value, t) => (value > low[t] ? 0 : Number.NaN));
      const whole = highest(gap, window + 1);
      return ours.map((value, t) => value + whole[t]);
    },
  },
};
