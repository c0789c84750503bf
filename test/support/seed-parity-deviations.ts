import { aroon } from "../../src/core/indicators/aroon.ts";
import { ichimoku } from "../../src/core/indicators/ichimoku.ts";
import type { ParameterValues } from "../../src/core/parameter.ts";
import { CandleView } from "../../src/core/series/candle-view.ts";
import type { Candles } from "../../src/core/series/candles.ts";
import { highest, lowest } from "../../src/core/series/window-extremes.ts";
import { type Acceleration, readablePsar } from "./readable-psar.ts";

/**
 * Where our series differs from that of the seed-parity engine on purpose: why, and what that
 * engine shows instead, so that every point is compared all the same.
 */
export interface Deviation {
  readonly reason: string;
  /** Its series follows without ours: that it agrees says nothing about ours. */
  readonly isReproduction?: true;
  /** Its series, from ours where one follows from the other. */
  theirs(ours: Float64Array, candles: Candles, params: ParameterValues): Float64Array;
}

/** By fixture id. */
export const DEVIATIONS: Readonly<Record<string, Deviation>> = {
  "momentum.fisher": {
    reason: "it transforms the plain position in the range, without either of Ehlers' recursions",
    isReproduction: true,
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
  "trend.aroon": {
    reason:
      "it looks back over window bars instead of window + 1, and divides by window all the same",
    theirs: (_, candles, params) => {
      const window = params.window as number;
      const [oscillator] = aroon.compute(new CandleView(candles), { window: window - 1 });
      const bars = oscillator.map((value) => Math.round((value * (window - 1)) / 100));
      return bars.map((value) => (100 * value) / window);
    },
  },
  "trend.ichimoku": {
    reason: "its span of a bar is the one computed displacement bars later; ours as many earlier",
    theirs: (ours, candles, params) => {
      const [conversion, base] = ichimoku.compute(new CandleView(candles), params);
      const bars = params.displacement as number;
      return ours.map((_, t) => {
        const span = ours[t + 2 * bars];
        // Ours has no value across a hole; the lines that it is made of do.
        return Number.isFinite(span) ? span : (conversion[t + bars] + base[t + bars]) / 2;
      });
    },
  },
  "trend.psar": {
    reason: "its trend starts up on the first bar, needs more than a touch to turn, bounds less",
    isReproduction: true,
    theirs: (_, candles, { accelStart, accelStep, accelMax }) => {
      const acceleration = { start: accelStart, step: accelStep, max: accelMax };
      return readablePsar(candles, acceleration as Acceleration, {
        firstTrend: "up",
        turnsOnTouch: false,
        boundingBars: 1,
        boundsNewTrend: false,
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
