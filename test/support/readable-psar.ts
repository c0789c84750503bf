import type { Candles } from "../../src/core/series/candles.ts";

/** Where implementations of the parabolic stop and reverse part ways. */
export interface PsarRules {
  /** Up from the first bar on, or after the larger move of the second. */
  readonly firstTrend: "up" | "byMove";
  /** Whether a bar that only touches the stop turns the trend. */
  readonly turnsOnTouch: boolean;
  /** Bars before the current one beyond which the stop may not go. */
  readonly boundingBars: 1 | 2;
  /** Whether the stop of a new trend is bounded too, by its bar and those before. */
  readonly boundsNewTrend: boolean;
}

export interface Acceleration {
  readonly start: number;
  readonly step: number;
  readonly max: number;
}

/** The stop of each bar, written for reading: whatever bounds it is looked up where it applies. */
export function readablePsar(
  { high, low }: Candles,
  acceleration: Acceleration,
  rules: PsarRules,
): Float64Array {
  const stops = new Float64Array(high.length).fill(Number.NaN);
  const startsAfterBars = rules.firstTrend === "up" ? 0 : 1;
  let present = 0;
  let trend = { up: true, stop: 0, extreme: 0, pace: 0 };
  for (let t = 0; t < high.length; t++) {
    present = Number.isNaN(high[t]) ? 0 : present + 1;
    const trendBars = present - startsAfterBars;
    if (trendBars < 1) continue;
    const farEnd = (up: boolean) => (up ? high[t] : low[t]);
    const bounded = (stop: number, up: boolean, newest: number, bars: number) => {
      const passed = (up ? low : high).slice(
        Math.max(newest - bars, t - trendBars) + 1,
        newest + 1,
      );
      return up ? Math.min(stop, ...passed) : Math.max(stop, ...passed);
    };
    if (trendBars === 1) {
      const before = t - startsAfterBars;
      const fall = low[before] - low[t];
      const up = !(fall > 0 && fall > high[t] - high[before]);
      const stop = up ? low[before] : high[before];
      trend = { up, stop, extreme: farEnd(up), pace: acceleration.start };
    } else {
      const stop = trend.stop + trend.pace * (trend.extreme - trend.stop);
      trend.stop = bounded(stop, trend.up, t - 1, rules.boundingBars);
    }
    const beyond = trend.up ? trend.stop - low[t] : high[t] - trend.stop;
    const mayTurn = trendBars > 1 || rules.firstTrend === "byMove";
    if (mayTurn && (rules.turnsOnTouch ? beyond >= 0 : beyond > 0)) {
      const up = !trend.up;
      const bars = rules.boundsNewTrend ? rules.boundingBars : 0;
      const stop = bounded(trend.extreme, up, t, bars);
      trend = { up, stop, extreme: farEnd(up), pace: acceleration.start };
    } else if (trend.up ? high[t] > trend.extreme : low[t] < trend.extreme) {
      const pace = Math.min(trend.pace + acceleration.step, acceleration.max);
      trend = { ...trend, extreme: farEnd(trend.up), pace };
    }
    stops[t] = trend.stop;
  }
  return stops;
}
