import { describe, expect, it } from "vitest";
import { Grid } from "../../src/core/grid/grid.ts";
import type { ParameterValues } from "../../src/core/parameter.ts";
import { describeVariant } from "../../src/core/stages/describe.ts";
import { SweepScorer } from "../../src/core/stages/sweep-scorer.ts";
import type { RunPlan } from "../../src/plan/run-plan.ts";
import { variantKey } from "../../src/plan/variant-key.ts";
import { CROSS_REQUEST, HOURLY_MARKET, planOf } from "../support/request-samples.ts";

type Strategy = object;

/** A strategy of the catalogue, the same as expressions, and what its axes are called there. */
interface Sugar {
  readonly catalogue: Strategy;
  readonly expressions: Strategy;
  readonly names: Readonly<Record<string, string>>;
}

const sma = (window: unknown) => ({ id: "ma.sma", params: { window } });
const rsi = (window: unknown) => ({ id: "momentum.rsi", params: { window } });

const SUGAR: Readonly<Record<string, Sugar>> = {
  cross: {
    catalogue: {
      indicators: { fast: sma([3, 5]), slow: { id: "ma.ema", params: { window: [8, 13] } } },
      signals: [{ rule: "cross", of: "fast", against: "slow" }],
    },
    expressions: {
      expressions: {
        long: "sma(close, $fast) > ema(close, $slow)",
        short: "ema($slow) > sma(close, window=$fast)",
      },
      parameters: { fast: [3, 5], slow: [8, 13] },
    },
    names: { "fast.window": "fast", "slow.window": "slow" },
  },
  "price of a source that is an axis": {
    catalogue: {
      indicators: { ma: { id: "ma.ema", params: { window: [5, 9], source: ["close", "hl2"] } } },
    },
    expressions: {
      expressions: { long: "$src > ema($src, $n)", short: "$src < ema($src, $n)" },
      parameters: { n: [5, 9], src: ["close", "hl2"] },
    },
    names: { "ma.window": "n", "ma.source": "src" },
  },
  "band below, equal and above": {
    catalogue: {
      indicators: { rsi: rsi([2, 7]) },
      signals: [{ rule: "band", of: "rsi", params: { long: [20, 50], short: [50, 80] } }],
    },
    expressions: {
      expressions: { long: "rsi(close, $n) <= $low", short: "rsi(close, $n) >= $high" },
      parameters: { high: [50, 80], low: [20, 50], n: [2, 7] },
    },
    names: { "rsi.window": "n", "signal.rsi.long": "low", "signal.rsi.short": "high" },
  },
  "band of momentum": {
    catalogue: {
      indicators: { rsi: rsi([7, 14]) },
      signals: [{ rule: "band", of: "rsi", params: { long: [60, 70], short: [30] } }],
    },
    expressions: {
      expressions: { long: "$up <= rsi($n)", short: "rsi($n) <= 30" },
      parameters: { n: [7, 14], up: [60, 70] },
    },
    names: { "rsi.window": "n", "signal.rsi.long": "up", "signal.rsi.short": "" },
  },
  sign: {
    catalogue: {
      indicators: { macd: { id: "momentum.macd", params: { fastWindow: [5, 8] } } },
      signals: [{ rule: "sign", of: "macd.histogram" }],
    },
    expressions: {
      expressions: {
        long: "macd(fast=$fast).histogram > 0",
        short: "not (macd(close, $fast, 26).histogram >= 0)",
      },
      parameters: { fast: [5, 8] },
    },
    names: { "macd.fastWindow": "fast" },
  },
  deltaSign: {
    catalogue: {
      indicators: { it: { id: "volume.obv", params: {} } },
      signals: [{ rule: "deltaSign", of: "it", params: { longBars: [1, 3], shortBars: [2, 3] } }],
    },
    expressions: {
      expressions: { long: "obv() > obv()[$a]", short: "obv() < shift(obv(), $b)" },
      parameters: { a: [1, 3], b: [2, 3] },
    },
    names: { "signal.it.longBars": "a", "signal.it.shortBars": "b" },
  },
  centered: {
    catalogue: {
      indicators: { it: { id: "momentum.cci", params: { window: [9, 20] } } },
      signals: [{ rule: "centered", of: "it", params: { absThreshold: [50], center: [10] } }],
    },
    expressions: {
      expressions: { long: "cci($n) > 10 + 50", short: "cci(hlc3, $n) < 10 - 50" },
      parameters: { n: [9, 20] },
    },
    names: { "it.window": "n", "signal.it.absThreshold": "", "signal.it.center": "" },
  },
  candleBody: {
    catalogue: {
      indicators: { body: { id: "structure.candle_stats" } },
      signals: [{ rule: "candleBody", of: "body.bodyShare", params: { minBody: [0.3, 0.6] } }],
    },
    expressions: {
      expressions: {
        long: "open < close and candle_stats().bodyShare >= $share",
        short: "candle_stats().bodyShare >= $share and close < open",
      },
      parameters: { share: [0.3, 0.6] },
    },
    names: { "signal.body.minBody": "share" },
  },
  "fade and volume, by AND": {
    catalogue: {
      indicators: { ma: sma([4, 6]), volume: { id: "volume.volume_sma", params: { window: [5] } } },
      signals: [
        { rule: "fade", of: "ma" },
        { rule: "volume", of: "volume" },
      ],
    },
    expressions: {
      expressions: {
        long: "volume > volume_sma(5) and not not (close < sma($n))",
        short: "close > sma($n) and (volume < volume_sma(5) and sma($n) < close)",
      },
      parameters: { n: [4, 6] },
    },
    names: { "ma.window": "n", "volume.window": "" },
  },
};

function planFor(strategy: Strategy): RunPlan {
  const { dataset, risk } = CROSS_REQUEST;
  return planOf({ dataset, strategy, risk });
}

/** The number of the variant with these values; an axis without a name has one value only. */
function indexOf(plan: RunPlan, params: ParameterValues, names: Sugar["names"]): number {
  const grid = new Grid(plan.sweep.axes);
  const digits = plan.sweep.axes.map(({ name, values }) => {
    const [of] = Object.entries(names).find(([, renamed]) => renamed === name)!;
    return values.indexOf(params[of]);
  });
  expect(digits).not.toContain(-1);
  return grid.indexOf(digits);
}

describe.each(Object.entries(SUGAR))("%s, from the catalogue and as expressions", (_, sugar) => {
  const catalogue = planFor(sugar.catalogue);
  const written = planFor(sugar.expressions);

  it("has the same keys and the same signals", () => {
    const scorers = [catalogue, written].map(
      ({ sweep }) => new SweepScorer(sweep, HOURLY_MARKET.candles),
    );
    const keys = new Set<string>();
    const { size } = new Grid(catalogue.sweep.axes);
    let traded = 0;
    for (let index = 0; index < size; index++) {
      const variant = describeVariant(catalogue.sweep, "STAGE_A", index);
      const twin = indexOf(written, variant.params, sugar.names);
      const key = variantKey(catalogue, variant);
      expect(variantKey(written, describeVariant(written.sweep, "STAGE_A", twin))).toBe(key);
      keys.add(key);
      scorers[0].seek(index);
      scorers[1].seek(twin);
      const signal = scorers[0].signal();
      expect(scorers[1].signal()).toEqual(signal);
      if (signal.includes(1) && signal.includes(-1)) traded++;
    }
    expect(keys.size).toBe(size);
    expect(traded).toBe(size);
  });
});

describe("the key of expressions", () => {
  const keyOf = (expressions: object, parameters: object = {}) => {
    const plan = planFor({ expressions, parameters });
    return variantKey(plan, describeVariant(plan.sweep, "STAGE_A", 0));
  };
  const long = "close > open and rsi(14) < 30 or high == low";

  it("does not depend on how they are written", () => {
    const same = [
      "(close > open and rsi(14) < 30) or (high == low)",
      "high == low or 30 > momentum.rsi(close, 14) and open < close",
      "high >= low and high <= low or open < close and rsi() < 2 * 15 and close > open",
      "not (high != low and (close <= open or rsi(window=14) >= 30))",
    ];
    for (const written of same) expect(keyOf({ long: written })).toBe(keyOf({ long }));
    expect(keyOf({ long: "close > open[3]" })).toBe(keyOf({ long: "close > shift(open[1], 2)" }));
    expect(keyOf({ long: "close > open[$n]" }, { n: 0 })).toBe(keyOf({ long: "close > open" }));
    expect(keyOf({ long: "close > $n + 1" }, { n: 4 })).toBe(keyOf({ long: "close > 5" }));
  });

  it("differs where the computation does", () => {
    const others = [
      { long },
      { short: long },
      { long, exitLong: "close < open" },
      { long, short: "close < open" },
      { long: "close > open and (rsi(14) < 30 or high == low)" },
      { long: "close >= open and rsi(14) < 30 or high == low" },
      { long: "close > open and rsi(13) < 30 or high == low" },
      { long: "close > open[1] and rsi(14) < 30 or high == low" },
      { long: "close > -1 * open and rsi(14) < 30 or high == low" },
      { long: "close - open > 0 and rsi(14) < 30 or high == low" },
    ];
    expect(new Set(others.map((sides) => keyOf(sides))).size).toBe(others.length);
  });

  it("is there for numbers that are not finite, too", () => {
    const key = (n: number) => keyOf({ long: "close > 1 / $n" }, { n });
    expect(new Set([key(0), key(1), keyOf({ long: "close > 0 / $n" }, { n: 0 })]).size).toBe(3);
  });
});
