import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Indicator } from "../../../src/core/indicators/indicator.ts";
import { findIndicator, INDICATORS } from "../../../src/core/indicators/registry.ts";
import {
  type ParameterSpec,
  type ParameterValue,
  type ParameterValues,
  parameterFault,
  withDefaults,
} from "../../../src/core/parameter.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import { barCount, type Candles, sliceCandles } from "../../../src/core/series/candles.ts";
import { findRule } from "../../../src/core/signals/registry.ts";
import { arbitraryCandles, withHole } from "../../support/arbitrary-candles.ts";
import { arbitraryParameters } from "../../support/arbitrary-parameters.ts";
import { expectSameValues } from "../../support/same-values.ts";

/** What every indicator of the registry keeps, whatever its parameters. */
const MAX_WINDOW = 24;
const candles = arbitraryCandles(1, 120);

/** They compare bars apart and read none between, so a value may look across a hole. */
const READS_APART = new Set([
  "ma.zlema",
  "momentum.coppock",
  "momentum.dpo",
  "momentum.kst",
  "momentum.roc",
]);

/** Quotients by a spread that may be one tick: rounding of the price weighs that much more. */
const ROUNDING: Readonly<Record<string, number>> = {
  "momentum.cci": 1e-8,
  "structure.correlation": 1e-9,
  "structure.zscore": 1e-9,
  "volatility.bbands_percent_b": 1e-8,
};

/** A flat market touches its stop at every bar, so the trend turns at every bar. */
const TURNS_WHEN_FLAT = new Set(["trend.psar"]);

describe("indicator registry", () => {
  it("has every indicator once, in id order, under its own id", () => {
    const ids = INDICATORS.map((indicator) => indicator.id);
    expect(ids).toEqual([...new Set(ids)].toSorted());
    for (const id of ids) expect(id).toMatch(/^[a-z]+\.[a-z0-9_]+$/);
    for (const indicator of INDICATORS) expect(findIndicator(indicator.id)).toBe(indicator);
    expect(findIndicator("ma.none")).toBeUndefined();
  });
});

const SUBJECTS = INDICATORS.map((indicator) => [indicator.id, indicator] as const);

describe.for(SUBJECTS)("%s", ([, subject]) => {
  const params = arbitraryParameters(subject.params, MAX_WINDOW);

  it("describes itself: valid defaults, distinct names, an existing default rule", () => {
    for (const spec of subject.params) expect(parameterFault(spec, spec.default)).toBeNull();
    const names = [...subject.params.map((spec) => spec.name), ...subject.outputs];
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z0-9]*$/);
    for (const output in subject.undefinedWhere) expect(subject.outputs).toContain(output);
  });

  it("has a default rule that fits: outputs it has, parameters the rule knows", () => {
    const { rule: id, output, against, params: given = {} } = subject.defaultRule;
    const rule = findRule(id)!;
    expect(subject.outputs).toContain(output);
    if (against !== undefined) expect(subject.outputs).toContain(against);
    expect(rule.operands).toEqual(against === undefined ? ["of"] : ["of", "against"]);
    for (const [name, value] of Object.entries(given)) {
      const spec = rule.params.find((param) => param.name === name)!;
      expect(parameterFault(spec, value)).toBeNull();
    }
  });

  it("has exactly its warm-up of NaN values on candles without holes, and none later", () => {
    fc.assert(
      fc.property(candles, params, (bars, chosen) => {
        const warmup = subject.warmup(chosen);
        expect(warmup).toHaveLength(subject.outputs.length);
        compute(subject, bars, chosen).forEach((series, output) => {
          expect(series).toHaveLength(barCount(bars));
          const start = Math.min(warmup[output], series.length);
          expect(series.subarray(0, start).every(Number.isNaN)).toBe(true);
          if (mayBeUndefined(subject, output)) return;
          expect(series.subarray(start).every(Number.isFinite)).toBe(true);
        });
      }),
    );
  });

  it("has a value on the very first bar after the warm-up", () => {
    const seen = new Set<number>();
    const samples = fc.sample(fc.tuple(arbitraryCandles(120, 120), params), {
      numRuns: 100,
      seed: 1,
    });
    for (const [bars, chosen] of samples) {
      const warmup = subject.warmup(chosen);
      compute(subject, bars, chosen).forEach((series, output) => {
        if (Number.isFinite(series[warmup[output]])) seen.add(output);
      });
    }
    expect(seen.size).toBe(subject.outputs.length);
  });

  it("gives the same values, bit for bit, whatever bars follow", () => {
    fc.assert(
      fc.property(candles, params, fc.nat(), (bars, chosen, cut) => {
        const length = cut % (barCount(bars) + 1);
        const whole = compute(subject, bars, chosen);
        const early = compute(subject, sliceCandles(bars, 0, length), chosen);
        early.forEach((series, output) => {
          expectSameValues(series, whole[output].subarray(0, length));
        });
      }),
      { numRuns: 200 },
    );
  });

  it("is NaN in a hole and starts after it as if the series began there", () => {
    fc.assert(
      fc.property(
        candles,
        params,
        fc.nat(),
        fc.integer({ min: 1, max: 8 }),
        (bars, chosen, at, size) => {
          const from = at % barCount(bars);
          const to = Math.min(from + size, barCount(bars));
          const holed = compute(subject, withHole(bars, from, to), chosen);
          const before = compute(subject, sliceCandles(bars, 0, from), chosen);
          const after = compute(subject, sliceCandles(bars, to, barCount(bars)), chosen);
          holed.forEach((series, output) => {
            expectSameValues(series.subarray(0, from), before[output]);
            expect(series.subarray(from, to).every(Number.isNaN)).toBe(true);
            expectClose(series.subarray(to), after[output], subject.id);
          });
        },
      ),
    );
  });

  it("is constant on constant prices", () => {
    fc.assert(
      fc.property(params, fc.integer({ min: 1, max: 10_000_000 }), (chosen, ticks) => {
        const bars = constantCandles(200, ticks / 1e5);
        const warmup = subject.warmup(chosen);
        compute(subject, bars, chosen).forEach((series, output) => {
          const values = series.subarray(warmup[output]);
          const turns = TURNS_WHEN_FLAT.has(subject.id);
          expect(new Set(turns ? values.map(Math.abs) : values).size).toBe(1);
        });
      }),
    );
  });

  it("changes an output with the parameters it depends on and with no other", () => {
    const [bars] = fc.sample(arbitraryCandles(600, 600), { numRuns: 1, seed: 1 });
    const defaults = withDefaults(subject.params, {});
    const usual = compute(subject, bars, defaults);
    for (const spec of subject.params) {
      const changed = compute(subject, bars, { ...defaults, [spec.name]: anotherValue(spec) });
      subject.outputs.forEach((output, i) => {
        const depends = subject.outputParams?.[output]?.includes(spec.name) ?? true;
        const same = usual[i].every((value, t) => Object.is(value, changed[i][t]));
        expect(same, `${output} by ${spec.name}`).toBe(!depends);
      });
    }
  });

  it("does not write to the candles", () => {
    fc.assert(
      fc.property(candles, params, (bars, chosen) => {
        const copy = withHole(bars, 0, 0);
        compute(subject, bars, chosen);
        expect(bars).toEqual(copy);
      }),
      { numRuns: 20 },
    );
  });

  it("takes no bars at all", () => {
    const none = compute(subject, constantCandles(0, 1), withDefaults(subject.params, {}));
    expect(none.map((series) => series.length)).toEqual(subject.outputs.map(() => 0));
  });
});

describe("on constant prices", () => {
  const PRICE = 1.07219;
  const EXPECTED: Readonly<Record<string, readonly number[]>> = {
    "ma.alma": [PRICE],
    "ma.dema": [PRICE],
    "ma.ema": [PRICE],
    "ma.hma": [PRICE],
    "ma.kama": [PRICE],
    "ma.lwma": [PRICE],
    "ma.rma": [PRICE],
    "ma.sma": [PRICE],
    "ma.swma": [PRICE],
    "ma.t3": [PRICE],
    "ma.tema": [PRICE],
    "ma.vwma": [PRICE],
    "ma.wma": [PRICE],
    "ma.zlema": [PRICE],
    "momentum.awesome": [0],
    "momentum.bop": [0],
    "momentum.cci": [Number.NaN],
    "momentum.cmo": [0],
    "momentum.coppock": [0],
    "momentum.dpo": [0],
    "momentum.fisher": [0, 0],
    "momentum.kst": [0, 0],
    "momentum.macd": [0, 0, 0],
    "momentum.ppo": [0, 0, 0],
    "momentum.roc": [0],
    "momentum.rsi": [100],
    "momentum.stoch": [Number.NaN, Number.NaN],
    "momentum.stoch_rsi": [Number.NaN, Number.NaN],
    "momentum.trix": [0, 0, 0],
    "momentum.tsi": [Number.NaN, Number.NaN],
    "momentum.ultimate": [0],
    "momentum.williams_r": [Number.NaN],
    "structure.candle_stats": [Number.NaN, Number.NaN, Number.NaN, 0, 0, 0, 0],
    "structure.candle_stats_atr_norm": [Number.NaN, Number.NaN, Number.NaN, Number.NaN],
    "structure.correlation": [Number.NaN],
    "structure.distance_to_ma_norm": [Number.NaN],
    "structure.highest": [PRICE],
    "structure.lowest": [PRICE],
    "structure.percent_rank": [100],
    "structure.pivots": [Number.NaN, Number.NaN],
    "structure.zscore": [Number.NaN],
    "trend.adx": [0, 0, 0],
    "trend.aroon": [0, 100, 100],
    "trend.chandelier_exit": [PRICE, PRICE],
    "trend.donchian": [PRICE, PRICE, PRICE],
    "trend.ichimoku": [PRICE, PRICE, PRICE, PRICE, PRICE],
    "trend.keltner": [PRICE, PRICE, PRICE],
    "trend.linreg": [PRICE],
    "trend.linreg_slope": [0],
    "trend.psar": [PRICE, -1],
    "trend.supertrend": [PRICE, -1],
    "trend.vortex": [Number.NaN, Number.NaN],
    "volatility.atr": [0],
    "volatility.bbands": [PRICE, PRICE, PRICE],
    "volatility.bbands_bandwidth": [0],
    "volatility.bbands_percent_b": [Number.NaN],
    "volatility.choppiness": [Number.NaN],
    "volatility.hv": [0],
    "volatility.mass": [Number.NaN],
    "volatility.stddev": [0],
    "volatility.tr": [0],
    "volatility.ulcer": [0],
    "volatility.variance": [0],
    "volume.ad_line": [0],
    "volume.chaikin": [0],
    "volume.cmf": [0],
    "volume.force": [0],
    "volume.mfi": [Number.NaN],
    "volume.obv": [0],
    "volume.session_vwap": [PRICE],
    "volume.volume_sma": [PRICE],
    "volume.vwap": [PRICE],
    "volume.vwap_deviation": [PRICE, PRICE, PRICE, 0],
  };

  it("is known of every indicator", () => {
    expect(Object.keys(EXPECTED)).toEqual(INDICATORS.map((indicator) => indicator.id));
  });

  it.for(Object.entries(EXPECTED))("%s is exactly %j", ([id, expected]) => {
    const indicator = findIndicator(id) as Indicator;
    const bars = constantCandles(200, PRICE);
    const outputs = compute(indicator, bars, withDefaults(indicator.params, {}));
    expect(outputs.map((series) => series[199])).toEqual(expected);
  });
});

function anotherValue(spec: ParameterSpec): ParameterValue {
  if (spec.kind === "choice") return spec.choices.find((choice) => choice !== spec.default)!;
  return spec.default + 1;
}

function compute(indicator: Indicator, bars: Candles, params: ParameterValues): Float64Array[] {
  return indicator.compute(new CandleView(bars), params);
}

function constantCandles(bars: number, price: number): Candles {
  const column = () => new Float64Array(bars).fill(price);
  return {
    time: Float64Array.from({ length: bars }, (_, t) => t * 3_600_000),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
}

function mayBeUndefined(indicator: Indicator, output: number): boolean {
  return Object.hasOwn(indicator.undefinedWhere ?? {}, indicator.outputs[output]);
}

/** NaN at the same bars (or fewer, across a hole), values within roundings of a price of 1. */
function expectClose(actual: Float64Array, expected: Float64Array, id: string): void {
  expect(actual).toHaveLength(expected.length);
  const rounding = ROUNDING[id] ?? 1e-13;
  actual.forEach((value, t) => {
    const isClose = Number.isNaN(expected[t])
      ? READS_APART.has(id) || Number.isNaN(value)
      : Math.abs(value - expected[t]) <= rounding * Math.max(1, Math.abs(value));
    if (!isClose) expect.fail(`${value} for ${expected[t]} at ${t}`);
  });
}
