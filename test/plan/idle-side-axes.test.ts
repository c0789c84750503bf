import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CandleView } from "../../src/core/series/candle-view.ts";
import type { SeriesRef } from "../../src/core/signals/atom.ts";
import { findRule, RULES } from "../../src/core/signals/registry.ts";
import type { Rule } from "../../src/core/signals/rule.ts";
import { UserError } from "../../src/core/user-error.ts";
import { movesSide, type RuleValues, tradedSide } from "../../src/plan/idle-side-axes.ts";
import { arbitraryCandles } from "../support/arbitrary-candles.ts";
import { evaluatePair } from "../support/reference-signal.ts";
import { planOf } from "../support/request-samples.ts";

const SIDED = ["LONG_ONLY", "SHORT_ONLY"] as const;

/** What is refused, as `path: message`; empty where the request is planned. */
function refusals(direction: string, signal: object, params: object): string[] {
  const strategy = {
    indicators: { rsi: { id: "momentum.rsi", params: { window: 5 } } },
    signals: [{ of: "rsi", ...signal, params }],
  };
  try {
    planOf({ dataset: "d", strategy, execution: { direction } });
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.complaints.map(({ path, message }) => `${path}: ${message}`);
  }
}

describe("an axis of the side that a direction forbids", () => {
  const band = { rule: "band" };

  it("is refused where it moves nothing, with one value as the way out", () => {
    const axes = { long: [20, 30], short: [60, 70, 80] };
    expect(refusals("LONG_SHORT", band, axes)).toEqual([]);
    expect(refusals("LONG_ONLY", band, axes)).toEqual([
      "strategy.signals.0.params.short: changes nothing: LONG_ONLY reads the long side only",
    ]);
    expect(refusals("SHORT_ONLY", band, axes)).toEqual([
      "strategy.signals.0.params.long: changes nothing: SHORT_ONLY reads the short side only",
    ]);
    expect(refusals("LONG_ONLY", band, { ...axes, short: 70 })).toEqual([]);
    expect(refusals("LONG_ONLY", band, { long: axes.long })).toEqual([]);
  });

  it("is planned where it turns the comparison of a band round", () => {
    expect(refusals("LONG_ONLY", band, { long: 50, short: [40, 60] })).toEqual([]);
    expect(refusals("LONG_ONLY", band, { long: 50, short: [50, 60] })).toEqual([]);
    expect(refusals("LONG_ONLY", band, { long: [20, 65], short: [60, 70] })).toEqual([]);
  });

  it("is planned where one side is kept apart from the other", () => {
    const delta = { rule: "deltaSign" };
    expect(refusals("LONG_ONLY", delta, { longBars: 3, shortBars: [1, 2] })).toEqual([]);
    const event = { rule: "crossLevel" };
    expect(refusals("LONG_ONLY", event, { long: 30, short: [60, 70] })).toEqual([]);
  });

  it("of every rule: where it is refused, no choice gives another signal", () => {
    const candles = arbitraryCandles(40, 40);
    let idle = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...RULES.filter(({ params }) => params.length > 1)),
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 8, maxLength: 8 }),
        fc.constantFrom(...SIDED),
        candles,
        (rule, levels, direction, bars) => {
          const side = tradedSide(direction)!;
          const view = new CandleView(bars);
          const values = valuesOf(rule, levels);
          for (const { name } of rule.params) {
            if (movesSide(rule, values, name, side)) continue;
            idle++;
            for (const signals of signalsBy(rule, values, name, view, side)) {
              expect(new Set(signals).size).toBe(1);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(idle).toBeGreaterThan(20);
  });
});

/** Three values of each parameter, near what the series of the candles have. */
function valuesOf(rule: Rule, levels: readonly number[]): RuleValues {
  const entries = rule.params.map((spec, p) => {
    const drawn = levels.slice(3 * p, 3 * p + 3);
    const scaled = spec.kind === "integer" ? drawn : drawn.map((level) => 0.98 + level / 150);
    return [spec.name, [...new Set(scaled)]];
  });
  return Object.fromEntries(entries);
}

/** For each choice of the other parameters the side's signals, one text a value of this one. */
function signalsBy(
  rule: Rule,
  values: RuleValues,
  name: string,
  view: CandleView,
  side: "long" | "short",
): string[][] {
  const price = (source: "close" | "high" | "low"): SeriesRef => ({ kind: "price", source });
  const operands = { of: price("close"), against: price("high"), price: price("low") };
  const [other] = rule.params.map((spec) => spec.name).filter((each) => each !== name);
  const others = other === undefined ? [{}] : values[other].map((value) => ({ [other]: value }));
  return others.map((chosen) =>
    values[name].map((value) => {
      const pair = findRule(rule.id)!.atoms(operands, { ...chosen, [name]: value });
      const wanted = side === "long" ? 1 : -1;
      return evaluatePair(view, pair)
        .map((signal) => (signal === wanted ? 1 : 0))
        .join("");
    }),
  );
}
