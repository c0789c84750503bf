import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ParameterValues, parameterFault, withDefaults } from "../../../src/core/parameter.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import type { SeriesRef } from "../../../src/core/signals/atom.ts";
import { findRule, RULES } from "../../../src/core/signals/registry.ts";
import { resolveSeries } from "../../../src/core/signals/resolve-series.ts";
import type { Rule } from "../../../src/core/signals/rule.ts";
import { arbitraryParameters } from "../../support/arbitrary-parameters.ts";
import { evaluateAtom, evaluatePair, evaluateRule } from "../../support/reference-signal.ts";

/** Two free series, in the columns of a view: the rules see them as prices. */
const X: SeriesRef = { kind: "price", source: "open" };
const Y: SeriesRef = { kind: "price", source: "close" };

function viewOf(x: readonly number[], y: readonly number[] = x): CandleView {
  const time = Float64Array.from(x, (_, t) => t * 60_000);
  const none = new Float64Array(x.length);
  const [open, close] = [Float64Array.from(x), Float64Array.from(y)];
  return new CandleView({ time, open, high: none, low: none, close, volume: none });
}

function signalOf(id: string, view: CandleView, params: ParameterValues = {}): number[] {
  const rule = findRule(id) as Rule;
  const operands = { of: X, price: Y, against: Y };
  return [...evaluateRule(view, rule, operands, withDefaults(rule.params, params))];
}

/** Few distinct values, so that ties are frequent. */
const values = fc.array(fc.constantFrom(-2, -1, 0, 1, 2, Number.NaN), {
  minLength: 1,
  maxLength: 40,
  size: "max",
});

describe("rule registry", () => {
  it("has every family once, in id order, under its own id", () => {
    const ids = RULES.map((rule) => rule.id);
    expect(ids).toEqual([...new Set(ids)].toSorted());
    for (const rule of RULES) expect(findRule(rule.id)).toBe(rule);
    expect(findRule("none")).toBeUndefined();
  });

  it("has parameters in name order with valid defaults", () => {
    for (const { params } of RULES) {
      const names = params.map((spec) => spec.name);
      expect(names).toEqual(names.toSorted());
      for (const spec of params) expect(parameterFault(spec, spec.default)).toBeNull();
    }
  });
});

describe.for(RULES.map((rule) => [rule.id, rule] as const))("%s", ([id, rule]) => {
  const levels = { long: fc.constantFrom(-1, 0, 1), short: fc.constantFrom(-1, 0, 1) };
  const params = id === "band" ? fc.record(levels) : arbitraryParameters(rule.params, 4);

  it("never holds long and short at the same bar", () => {
    fc.assert(
      fc.property(values, values, params, (x, y, chosen) => {
        const view = viewOf(
          x,
          Array.from(x, (_, t) => y[t % y.length]),
        );
        const pair = rule.atoms({ of: X, price: Y, against: Y }, chosen);
        const long = evaluateAtom(view, pair.long);
        const short = evaluateAtom(view, pair.short);
        expect(long.some((isLong, t) => isLong && short[t])).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  // To the rule of events an absent value is the usual case.
  if (id === "pivotEvents") return;
  it("is neutral where the series is absent", () => {
    fc.assert(
      fc.property(values, params, (x, chosen) => {
        const signal = signalOf(
          id,
          viewOf(
            x,
            x.map(() => 0),
          ),
          chosen,
        );
        expect(x.every((value, t) => !Number.isNaN(value) || signal[t] === 0)).toBe(true);
      }),
    );
  });
});

describe("sides", () => {
  it("price: long above the output, short below, neutral on it", () => {
    expect(signalOf("price", viewOf([2, 2, 2, Number.NaN], [3, 1, 2, 3]))).toEqual([1, -1, 0, 0]);
  });

  it("cross: long while the first is above the second", () => {
    expect(signalOf("cross", viewOf([3, 1, 2], [2, 2, 2]))).toEqual([1, -1, 0]);
  });

  it("sign: of the output", () => {
    expect(signalOf("sign", viewOf([0.1, -0.1, 0, -0]))).toEqual([1, -1, 0, 0]);
  });

  it("band with long below short: long at or below, short at or above", () => {
    const x = [29, 30, 31, 69, 70, 71];
    expect(signalOf("band", viewOf(x))).toEqual([1, 1, 0, 0, -1, -1]);
  });

  it("band with long above short: long at or above, short at or below", () => {
    const x = [39, 40, 41, 59, 60, 61];
    const levels = { long: 60, short: 40 };
    expect(signalOf("band", viewOf(x), levels)).toEqual([-1, -1, 0, 0, 1, 1]);
  });

  it("band with equal levels: neutral on the level", () => {
    expect(signalOf("band", viewOf([49, 50, 51]), { long: 50, short: 50 })).toEqual([1, 0, -1]);
  });

  it("fade: long below the output, short above", () => {
    expect(signalOf("fade", viewOf([2, 2, 2, Number.NaN], [3, 1, 2, 3]))).toEqual([-1, 1, 0, 0]);
  });

  it("centered: neutral up to the threshold on either side of the centre", () => {
    const x = [0.8, 0.9, 1, 1.1, 1.2];
    const strict = { center: 1, absThreshold: 0 };
    expect(signalOf("centered", viewOf(x), strict)).toEqual([-1, -1, 0, 1, 1]);
    const wide = { center: 1, absThreshold: 0.15 };
    expect(signalOf("centered", viewOf(x), wide)).toEqual([-1, 0, 0, 0, 1]);
  });

  it("volume: long while the bar's volume is above the output", () => {
    const view = viewOf([2, 2, 2, Number.NaN]);
    const volume = Float64Array.of(3, 1, 2, 3);
    const columns = new CandleView({ ...view.candles, volume });
    expect(signalOf("volume", columns)).toEqual([1, -1, 0, 0]);
  });

  it("candleBody: the direction of a bar whose body is at or above minBody", () => {
    const bars = { ...viewOf([2, 2, 2, 2, 2], [3, 1, 2, Number.NaN, 3]).candles };
    const body = Float64Array.of(0.5, 0.7, 0.9, 0.9, 0.4);
    const rule = findRule("candleBody") as Rule;
    const operands = { of: { kind: "price", source: "high" } } as const;
    const columns = new CandleView({ ...bars, high: body });
    const signal = evaluateRule(columns, rule, operands, withDefaults(rule.params, {}));
    expect([...signal]).toEqual([1, -1, 0, 0, 0]);
  });

  it("pivotEvents: long at a value of the first series, short at one of the second", () => {
    const x = [1, Number.NaN, 1, Number.NaN];
    const y = [Number.NaN, 2, 2, Number.NaN];
    expect(signalOf("pivotEvents", viewOf(x, y))).toEqual([1, -1, 0, 0]);
  });

  it("crossLevel: from one crossing to the opposite one, from nothing across holes", () => {
    const x = [20, 40, 60, 80, 75, 69, 50, 30, 31, 90, Number.NaN, 20, 35];
    const expected = [0, 1, 1, 1, 1, -1, -1, -1, 1, 1, 0, 0, 1];
    expect(signalOf("crossLevel", viewOf(x))).toEqual(expected);
    const zero = { long: 0, short: 0 };
    expect(signalOf("crossLevel", viewOf([1, 2, 0, 1, -1, 0, -1, 1]), zero)).toEqual([
      0, 0, 0, 1, -1, -1, -1, 1,
    ]);
  });

  it("crossLevel agrees with its definition, and sees no crossing before the range", () => {
    const level = fc.constantFrom(-1, 0, 1);
    fc.assert(
      fc.property(values, level, level, fc.nat(10), (x, long, short, firstBar) => {
        let side = 0;
        const expected = x.map((value, t) => {
          const before = x[t - 1];
          if (Number.isNaN(value)) side = 0;
          else if (value > long && before <= long) side = 1;
          else if (value < short && before >= short) side = -1;
          else if (t <= firstBar) side = 0;
          return side;
        });
        const pair = findRule("crossLevel")!.atoms({ of: X }, { long, short });
        const signal = evaluatePair(viewOf(x), pair, firstBar);
        expect([...signal].slice(firstBar)).toEqual(expected.slice(firstBar));
      }),
      { numRuns: 500 },
    );
  });

  it("deltaSign: each side against its own earlier bar, neutral where both hold", () => {
    const x = [5, 1, 2, 2, 1, 9];
    const near = { longBars: 1, shortBars: 1 };
    expect(signalOf("deltaSign", viewOf(x), near)).toEqual([0, -1, 1, 0, -1, 1]);
    // Bar 2 is above the previous bar and below the one before that, bar 5 only the former.
    const own = { longBars: 1, shortBars: 2 };
    expect(signalOf("deltaSign", viewOf(x), own)).toEqual([0, 0, 0, 0, -1, 1]);
  });

  it("deltaSign agrees with its definition", () => {
    const bars = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(values, bars, bars, (x, longBars, shortBars) => {
        const expected = x.map((value, t) => {
          const rises = value > x[t - longBars];
          const falls = value < x[t - shortBars];
          if (rises === falls) return 0;
          return rises ? 1 : -1;
        });
        expect(signalOf("deltaSign", viewOf(x), { longBars, shortBars })).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});

describe("series resolution", () => {
  const view = viewOf([1, 2, 3], [4, 6, 8]);

  it("names prices, outputs with defaults filled in, and earlier bars", () => {
    expect([...resolveSeries(view, Y)]).toEqual([4, 6, 8]);
    const params = { window: 2 };
    const sma: SeriesRef = { kind: "output", indicator: "ma.sma", params, output: "value" };
    expect([...resolveSeries(view, sma)]).toEqual([Number.NaN, 5, 7]);
    const earlier: SeriesRef = { kind: "shifted", of: sma, bars: 1 };
    expect([...resolveSeries(view, earlier)]).toEqual([Number.NaN, Number.NaN, 5]);
    expect(resolveSeries(view, { kind: "shifted", of: Y, bars: 9 }).every(Number.isNaN)).toBe(true);
  });

  it("does not accept what no plan contains", () => {
    const ref = { kind: "output", indicator: "ma.none", params: {}, output: "value" } as const;
    expect(() => resolveSeries(view, ref)).toThrow(/unknown indicator ma.none/);
    const noOutput = { ...ref, indicator: "ma.sma", output: "upper" };
    expect(() => resolveSeries(view, noOutput)).toThrow(/ma.sma has no output upper/);
  });
});
