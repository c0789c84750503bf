import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findIndicator } from "../../../src/core/indicators/registry.ts";
import { type ParameterValues, withDefaults } from "../../../src/core/parameter.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import type { Candles } from "../../../src/core/series/candles.ts";
import { arbitraryCandles } from "../../support/arbitrary-candles.ts";

/**
 * Indicators that no golden set shows, against their published formula written as plainly as can
 * be: one bar at a time, each window summed anew, averages by recursion from their first window.
 */
type At = (t: number) => number;

interface Definition {
  readonly id: string;
  readonly params: ParameterValues;
  readonly at: (candles: Candles) => At;
}

const HOURS_OF_DAY = 24;

const DEFINITIONS: readonly Definition[] = [
  {
    id: "momentum.awesome",
    params: { fastWindow: 3, slowWindow: 7 },
    at: ({ high, low }) => {
      const middle = (t: number) => (high[t] + low[t]) / 2;
      return (t) => mean(middle, t, 3) - mean(middle, t, 7);
    },
  },
  {
    id: "momentum.bop",
    params: {},
    at: ({ open, high, low, close }) => {
      return (t) => (high[t] === low[t] ? 0 : (close[t] - open[t]) / (high[t] - low[t]));
    },
  },
  {
    id: "momentum.cmo",
    params: { window: 5 },
    at: ({ close }) => {
      const change = changeOf(close);
      return (t) => {
        const up = sum((i) => Math.max(change(i), 0), t, 5);
        const down = sum((i) => Math.max(-change(i), 0), t, 5);
        return up + down === 0 ? 0 : (100 * (up - down)) / (up + down);
      };
    },
  },
  {
    id: "momentum.coppock",
    params: { window: 4, longWindow: 5, shortWindow: 3 },
    at: ({ close }) => {
      const rates = (t: number) => percent(close, t, 5) + percent(close, t, 3);
      const weights = 1 + 2 + 3 + 4;
      return (t) => sum((i) => (4 - (t - i)) * rates(i), t, 4) / weights;
    },
  },
  {
    id: "momentum.dpo",
    params: { window: 6 },
    at:
      ({ close }) =>
      (t) =>
        close[t] - mean((i) => close[i], t - 4, 6),
  },
  {
    id: "momentum.kst",
    params: { rocWindow1: 2, rocWindow2: 3, rocWindow3: 4, rocWindow4: 6, smaWindow4: 5 },
    at: ({ close }) => {
      const smooth = (roc: number, sma: number) => (t: number) =>
        mean((i) => percent(close, i, roc), t, sma);
      const [a, b, c, d] = [smooth(2, 10), smooth(3, 10), smooth(4, 10), smooth(6, 5)];
      return (t) => a(t) + 2 * b(t) + 3 * c(t) + 4 * d(t);
    },
  },
  {
    id: "momentum.tsi",
    params: { longWindow: 5, shortWindow: 3 },
    at: ({ close }) => {
      const change = changeOf(close);
      const net = average(average(change, 5, 1), 3, 5);
      const total = average(
        average((t) => Math.abs(change(t)), 5, 1),
        3,
        5,
      );
      return (t) => (total(t) === 0 ? Number.NaN : (100 * net(t)) / total(t));
    },
  },
  {
    id: "momentum.ultimate",
    params: { fastWindow: 2, middleWindow: 3, slowWindow: 6 },
    at: ({ high, low, close }) => {
      const floor = (t: number) => Math.min(low[t], close[t - 1]);
      const range = (t: number) => Math.max(high[t], close[t - 1]) - floor(t);
      const pressure = (t: number, window: number) => {
        const ranges = sum(range, t, window);
        return ranges === 0 ? 0 : sum((i) => close[i] - floor(i), t, window) / ranges;
      };
      return (t) => (100 * (4 * pressure(t, 2) + 2 * pressure(t, 3) + pressure(t, 6))) / 7;
    },
  },
  {
    id: "volatility.mass",
    params: { window: 4, averageWindow: 3 },
    at: ({ high, low }) => {
      const once = average((t) => high[t] - low[t], 3, 0);
      const twice = average(once, 3, 2);
      return (t) => sum((i) => (twice(i) === 0 ? Number.NaN : once(i) / twice(i)), t, 4);
    },
  },
  {
    id: "volume.chaikin",
    params: { fastWindow: 2, slowWindow: 5 },
    at: ({ high, low, close, volume }) => {
      const flow = (t: number) => {
        if (high[t] === low[t]) return 0;
        return (volume[t] * (2 * close[t] - low[t] - high[t])) / (high[t] - low[t]);
      };
      const line = (t: number) => sum(flow, t, t + 1);
      const [fast, slow] = [average(line, 2, 0), average(line, 5, 0)];
      return (t) => fast(t) - slow(t);
    },
  },
  {
    id: "volume.force",
    params: { window: 4 },
    at: ({ close, volume }) => {
      const change = changeOf(close);
      return average((t) => change(t) * volume[t], 4, 1);
    },
  },
  {
    id: "volume.session_vwap",
    params: {},
    at: ({ high, low, close, volume }) => {
      return (t) => {
        const bars = (t % HOURS_OF_DAY) + 1;
        const paid = (i: number) => ((high[i] + low[i] + close[i]) / 3) * volume[i];
        return sum(paid, t, bars) / sum((i) => volume[i], t, bars);
      };
    },
  },
];

describe.for(DEFINITIONS.map((definition) => [definition.id, definition] as const))("%s", ([
  id,
  { params: given, at },
]) => {
  it("is its published formula", () => {
    const indicator = findIndicator(id)!;
    const params = withDefaults(indicator.params, given);
    const [warmup] = indicator.warmup(params);
    fc.assert(
      fc.property(arbitraryCandles(60, 60), (candles) => {
        const [ours] = indicator.compute(new CandleView(candles), params);
        const expected = at(candles);
        for (let t = warmup; t < ours.length; t++) expectClose(ours[t], expected(t));
      }),
      { numRuns: 30 },
    );
  });
});

/** Both absent, or equal but for the rounding of a few sums. */
function expectClose(ours: number, expected: number): void {
  if (Number.isNaN(expected)) expect(ours).toBeNaN();
  else
    expect(Math.abs(ours - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
}

function changeOf(series: Float64Array): At {
  return (t) => series[t] - series[t - 1];
}

function percent(series: Float64Array, t: number, bars: number): number {
  return 100 * (series[t] / series[t - bars] - 1);
}

function sum(series: At, last: number, window: number): number {
  let total = 0;
  for (let t = last - window + 1; t <= last; t++) total += series(t);
  return total;
}

function mean(series: At, last: number, window: number): number {
  return sum(series, last, window) / window;
}

/** Exponential average of a series from bar `first` on, from the mean of its first window. */
function average(series: At, window: number, first: number): At {
  const seed = first + window - 1;
  return (t) => {
    let value = mean(series, seed, window);
    for (let i = seed + 1; i <= t; i++) value += (2 / (window + 1)) * (series(i) - value);
    return value;
  };
}
