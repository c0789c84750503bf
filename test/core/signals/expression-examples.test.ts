import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ema as emaOf } from "../../../src/core/indicators/recursive-average.ts";
import { SweepScorer } from "../../../src/core/stages/sweep-scorer.ts";
import { parseRunRequest } from "../../../src/plan/parse-request.ts";
import { resolveStrategy } from "../../../src/plan/resolve-strategy.ts";
import { planOf } from "../../support/request-samples.ts";
import { sp500Candles } from "../../support/sp500-candles.ts";

const candles = await sp500Candles();
const bars = candles.time.length;

/** The signal of the first variant of a strategy over all bars of the S&P 500. */
function signalOf(expressions: object, parameters: object = {}): number[] {
  const market = { datasetHash: "5".repeat(64), timeframe: "1d" as const, candles };
  const { sweep } = planOf({ dataset: "d", strategy: { expressions, parameters } }, {}, market);
  const scorer = new SweepScorer(sweep, candles);
  scorer.seek(0);
  return Array.from(scorer.signal());
}

function everyBar<T>(value: (t: number) => T): T[] {
  return Array.from({ length: bars }, (_, t) => value(t));
}

/** The mean of the last `window` values, as a formula says it. */
function mean(series: Float64Array, window: number): number[] {
  return everyBar((t) => {
    if (t < window - 1) return Number.NaN;
    return series.slice(t - window + 1, t + 1).reduce((sum, x) => sum + x, 0) / window;
  });
}

describe("strategies as one writes them for charts, against loops", () => {
  it("enter at a crossing of averages and leave at the opposite one", () => {
    const [fast, slow] = [emaOf(candles.close, 12, "sma"), emaOf(candles.close, 26, "sma")];
    let held = 0;
    const expected = everyBar((t) => {
      if (t > 0 && fast[t] > slow[t] && fast[t - 1] <= slow[t - 1]) held = 1;
      if (t > 0 && fast[t] < slow[t] && fast[t - 1] >= slow[t - 1]) held = 0;
      return held;
    });
    const crossings = {
      long: "crossover(ema(close, $fast), ema(close, $slow))",
      exitLong: "crossunder(ema(close, $fast), ema(close, $slow))",
    };
    expect(signalOf(crossings, { fast: 12, slow: 26 })).toEqual(expected);
    const entries = expected.filter((side, t) => side === 1 && expected[t - 1] !== 1);
    expect(entries.length).toBeGreaterThan(50);
    // After the first crossing this is the state itself.
    const state = signalOf({ long: "ema(close, 12) > ema(close, 26)" });
    expect(state.slice(200)).toEqual(expected.slice(200));
  });

  it("break out of a channel on volume, and reverse", () => {
    const { high, low, close, volume } = candles;
    const usual = mean(volume, 20);
    const extreme = (series: Float64Array, pick: (...values: number[]) => number) =>
      everyBar((t) => (t < 20 ? Number.NaN : pick(...series.slice(t - 20, t))));
    const [top, bottom] = [extreme(high, Math.max), extreme(low, Math.min)];
    let held = 0;
    const expected = everyBar((t) => {
      if (close[t] > top[t] && volume[t] > 1.2 * usual[t]) held = 1;
      else if (close[t] < bottom[t]) held = -1;
      else if (held === -1 && close[t] > (top[t] + bottom[t]) / 2) held = 0;
      return held;
    });
    const breakout = {
      long: "close > highest(high, 20)[1] and volume > 1.2 * sma(volume, 20)",
      exitLong: "close < lowest(low, 20)[1]",
      short: "close < lowest(low, 20)[1]",
      exitShort: "close > (highest(20)[1] + lowest(20)[1]) / 2",
    };
    expect(signalOf(breakout)).toEqual(expected);
    expect(new Set(expected).size).toBe(3);
  });

  it("count days and bodies without any indicator", () => {
    const { open, close, high, low } = candles;
    const expected = everyBar((t) => {
      const threeDown = t > 2 && [0, 1, 2].every((i) => close[t - i] < close[t - i - 1]);
      const strong = (close[t] - low[t]) / (high[t] - low[t]) > 0.8;
      return threeDown && !(close[t] > open[t]) && high[t] > low[t] && !strong ? 1 : 0;
    });
    const long =
      "close < close[1] and close[1] < close[2] and close[2] < shift(close, 3) " +
      "and not (close > open) and not ((close - low) / (high - low) > 0.8)";
    expect(signalOf({ long })).toEqual(expected);
    expect(expected.filter((side) => side === 1).length).toBeGreaterThan(100);
  });
});

describe("the language's page", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/EXPRESSIONS.md"), "utf8");
  const examples = page.split("## Examples")[1].split("```")[1].trim().split("\n");

  it.each(examples)("shows what compiles and trades: %s", (long) => {
    const known = { n: 20, strength: 25, src: "close" };
    const named = Object.entries(known).filter(([name]) => long.includes(`$${name}`));
    const signal = signalOf({ long }, Object.fromEntries(named));
    expect(signal).toContain(1);
    expect(signal).toContain(0);
  });

  it("shows faults as they are told", () => {
    const strategy = {
      expressions: {
        long: "ema(close, $fast) > sma(close, 200)[$slo]",
        exitLong: "close[-1] > open",
      },
      parameters: { fast: 5, slow: 20 },
    };
    const { complaints } = resolveStrategy(parseRunRequest({ dataset: "d", strategy }).strategy);
    for (const { path, message } of complaints) expect(page).toContain(`${path}: ${message}\n`);
    expect(complaints).toHaveLength(2);
  });
});
