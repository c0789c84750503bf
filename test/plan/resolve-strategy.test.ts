import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INDICATORS } from "../../src/core/indicators/registry.ts";
import type { ParameterSpec } from "../../src/core/parameter.ts";
import { findRule, RULES } from "../../src/core/signals/registry.ts";
import { MAX_LISTED_VALUES } from "../../src/plan/expand-axis.ts";
import { parseRunRequest } from "../../src/plan/parse-request.ts";
import { resolveStrategy } from "../../src/plan/resolve-strategy.ts";

/** A strategy as a user writes it; its shape is checked on the way. */
function resolve(strategy: unknown) {
  return resolveStrategy(parseRunRequest({ dataset: "d", strategy }).strategy);
}

/** `path: message` and what was found against what was expected. */
function faults(strategy: unknown): (string | null)[][] {
  return resolve(strategy).complaints.map(({ path, message, value, bound }) => [
    path.replace("strategy.", ""),
    message,
    value,
    bound,
  ]);
}

const sma = (window: unknown = [10, 20]) => ({ id: "ma.sma", params: { window } });
/** A bound is cut where it is long. */
const ids = INDICATORS.slice(0, 5)
  .map((indicator) => indicator.id)
  .join(" | ");

/** Two values within the bounds of a parameter. */
function twoValues(spec: ParameterSpec): (number | string)[] {
  if (spec.kind === "choice") return spec.choices.slice(0, 2);
  return spec.kind === "integer" ? [spec.min, spec.min + 1] : [spec.min, spec.max];
}

describe("strategy", () => {
  it("binds every parameter of every indicator, in definition order, by name", () => {
    for (const { id, params, outputs, outputParams, defaultRule } of INDICATORS) {
      const given = params.map((spec) => [spec.name, twoValues(spec)] as const);
      const rule = findRule(defaultRule.rule)!;
      const against = rule.operands.includes("against") ? { against: `it.${outputs[1]}` } : {};
      const signal = rule.params.map((spec) => [spec.name, twoValues(spec)] as const);
      const resolved = resolve({
        indicators: { it: { id, params: Object.fromEntries(given.toReversed()) } },
        signals: [{ rule: rule.id, of: "it", ...against, params: Object.fromEntries(signal) }],
      });
      // Where the primary output does not depend on all of them, the others are refused.
      if (outputParams?.[outputs[0]] === undefined) expect(resolved.complaints).toEqual([]);
      expect(resolved.axes).toEqual([
        ...given.map(([name, values]) => ({ name: `it.${name}`, values })),
        ...signal.map(([name, values]) => ({ name: `signal.it.${name}`, values })),
      ]);
      expect(resolved.indicators[0].params).toEqual(
        Object.fromEntries(given.map(([name], axis) => [name, { axis }])),
      );
    }
  });

  it("uses an indicator's own rule, with its parameters, where no signal is named", () => {
    for (const { id, defaultRule } of INDICATORS) {
      const { rule, output, against, params = {} } = defaultRule;
      const { signals, complaints, axes } = resolve({ indicators: { it: { id } } });
      expect(complaints).toEqual([]);
      const operands = {
        of: { indicator: "it", output },
        ...(against === undefined ? {} : { against: { indicator: "it", output: against } }),
      };
      expect(signals).toMatchObject([{ name: "it", rule, operands }]);
      const named = Object.entries(params).map(([name, value]) => ({
        name: `signal.it.${name}`,
        values: [value],
      }));
      expect(axes).toEqual(expect.arrayContaining(named));
      expect(axes).toHaveLength(named.length);
    }
  });

  it("does not depend on the order in which indicators and signals are written", () => {
    const indicators = {
      slow: sma([50]),
      fast: sma([10]),
      trend: { id: "ma.ema", params: { window: 100 } },
      rsi: { id: "momentum.rsi" },
    };
    const signals = [
      { rule: "cross", of: "fast", against: "slow" },
      { rule: "price", of: "trend" },
      { rule: "band", of: "rsi", params: { short: 80, long: [10, 20] } },
    ];
    const expected = resolve({ indicators, signals });
    expect(expected.complaints).toEqual([]);
    expect(expected.indicators.map(({ name }) => name)).toEqual(["trend", "fast", "slow", "rsi"]);
    const order = fc.shuffledSubarray(Object.keys(indicators), { minLength: 4 });
    const signalOrder = fc.shuffledSubarray(signals, { minLength: 3 });
    fc.assert(
      fc.property(order, signalOrder, (names, shuffled) => {
        const written = names.map((name) => [name, indicators[name as "fast"]] as const);
        const resolved = resolve({ indicators: Object.fromEntries(written), signals: shuffled });
        expect(resolved).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it("refuses names that nothing has", () => {
    expect(faults({ indicators: { a: { id: "ma.magic" } } })).toEqual([
      ["indicators.a.id", "unknown indicator", "ma.magic", expect.stringContaining(ids)],
    ]);
    expect(faults({ indicators: { a: { id: "constructor" } } })).toHaveLength(1);
    expect(faults({ indicators: {} })).toEqual([
      ["indicators", "a strategy needs an indicator", "{}", ">= 1"],
    ]);
    const rules = RULES.map((rule) => rule.id).join(" | ");
    expect(faults({ indicators: { a: sma() }, signals: [{ rule: "toString", of: "a" }] })).toEqual([
      ["signals.0.rule", "unknown rule", "toString", rules],
    ]);
    const price = (of: string) => ({ indicators: { a: sma() }, signals: [{ rule: "price", of }] });
    expect(faults(price("b"))).toEqual([["signals.0.of", "no indicator of this name", "b", "a"]]);
    expect(faults(price("toString.x"))).toHaveLength(1);
    for (const series of ["a.upper", "a.", "a.value.x", "a.__proto__"]) {
      expect(faults(price(series))).toEqual([
        ["signals.0.of", "ma.sma has no such output", series, "value"],
      ]);
    }
  });

  it("refuses parameters that nothing has, and values out of bounds", () => {
    const unknown = { a: { id: "ma.sma", params: { length: [1, 2], constructor: 3 } } };
    expect(faults({ indicators: unknown })).toEqual([
      ["indicators.a.params.length", "unknown parameter", "[1,2]", "window | source"],
      ["indicators.a.params.constructor", "unknown parameter", "3", "window | source"],
    ]);
    for (const value of [0, -1, 2.5, 10_001, "5", 1e300]) {
      expect(faults({ indicators: { a: sma([10, value, 20]) } })).toEqual([
        [
          "indicators.a.params.window",
          "window must be an integer in 1..10000",
          String(value),
          "integer 1..10000",
        ],
      ]);
    }
    const sources = { a: { id: "ma.sma", params: { source: ["close", "typical"] } } };
    expect(faults({ indicators: sources })).toMatchObject([
      ["indicators.a.params.source", expect.any(String), "typical", expect.stringMatching(/hlc3/)],
    ]);
    const signals = [{ rule: "band", of: "a", params: { long: "low", middle: 5 } }];
    expect(faults({ indicators: { a: sma() }, signals })).toMatchObject([
      ["signals.0.params.middle", "unknown parameter", "5", "long | short"],
      ["signals.0.params.long", expect.any(String), "low", expect.stringMatching(/\.\./)],
    ]);
  });

  it("refuses what no signal reads", () => {
    const unread = { indicators: { a: sma(), b: sma() }, signals: [{ rule: "price", of: "a" }] };
    expect(faults(unread)).toEqual([
      ["indicators.b", "no signal reads this indicator", "ma.sma", null],
    ]);
  });

  it("refuses a parameter that changes nothing that is read", () => {
    const macd = (of: string, params: object) => ({
      indicators: { m: { id: "momentum.macd", params } },
      signals: [{ rule: "sign", of }],
    });
    expect(faults(macd("m.macd", { signalWindow: [5, 9] }))).toEqual([
      [
        "indicators.m.params.signalWindow",
        "changes nothing: the signals read only macd",
        "[5,9]",
        null,
      ],
    ]);
    // The line is the primary output.
    expect(faults(macd("m", { signalWindow: 9 }))).toHaveLength(1);
    expect(faults(macd("m.macd", { fastWindow: [5, 9], slowWindow: 20, source: "hl2" }))).toEqual(
      [],
    );
    expect(faults(macd("m.signal", { signalWindow: [5, 9] }))).toEqual([]);
    expect(faults(macd("m.histogram", { signalWindow: [5, 9], fastWindow: 3 }))).toEqual([]);

    const bands = (of: string) => ({
      indicators: { b: { id: "volatility.bbands", params: { multiplier: [1, 2] } } },
      signals: [{ rule: "price", of }],
    });
    expect(faults(bands("b.basis"))).toHaveLength(1);
    expect(faults(bands("b.upper"))).toEqual([]);
    const both = { ...bands("b"), signals: [{ rule: "cross", of: "b.basis", against: "b.lower" }] };
    expect(faults(both)).toEqual([]);
  });

  it("refuses signals of one name, operands that a rule does not have or does not get", () => {
    const two = { a: sma(), b: sma([30]) };
    const twice = [
      { rule: "price", of: "a" },
      { rule: "cross", of: "a", against: "b" },
    ];
    expect(faults({ indicators: two, signals: twice })).toEqual([
      ["signals.1.name", "signals need distinct names", "a", "unique"],
    ]);
    const renamed = [twice[0], { ...twice[1], name: "c" }];
    expect(faults({ indicators: two, signals: renamed })).toEqual([]);
    expect(faults({ indicators: { a: sma() }, signals: [{ rule: "cross", of: "a" }] })).toEqual([
      ["signals.0.against", "rule cross needs a series here", null, "name or name.output"],
    ]);
    const spare = [{ rule: "price", of: "a", against: "b" }, renamed[1]];
    expect(faults({ indicators: two, signals: spare })).toEqual([
      ["signals.0.against", "unused by rule price", "b", "of"],
    ]);
    const same = [{ rule: "cross", of: "a", against: "a.value" }];
    expect(faults({ indicators: { a: sma() }, signals: same })).toEqual([
      ["signals.0.against", "a series against itself never signals", "a.value", "another series"],
    ]);
  });

  it("names every fault, and none that only follows from another", () => {
    const strategy = {
      indicators: { a: sma(["x"]), b: { id: "ma.none" }, c: sma([5, 5]) },
      signals: [
        { rule: "price", of: "b" },
        { rule: "fly", of: "a" },
        { rule: "price", of: "c", params: { size: 1 } },
      ],
    };
    expect(faults(strategy).map(([path]) => path)).toEqual([
      "indicators.b.id",
      "indicators.a.params.window",
      "indicators.c.params.window",
      "signals.1.rule",
      "signals.2.params.size",
    ]);
  });

  it("lists no more values than a plan can hold, however many axes ask for them", () => {
    const many = Array.from({ length: 30 }, (_, i) => [
      `i${i}`,
      { id: "volatility.bbands", params: { multiplier: { start: 0.01, stop: 100, step: 0.001 } } },
    ]);
    const strategy = {
      indicators: Object.fromEntries(many),
      signals: [{ rule: "price", of: "i0.upper" }],
    };
    const { axes, complaints } = resolve(strategy);
    const listed = axes.reduce((sum, axis) => sum + axis.values.length, 0);
    expect(listed).toBeLessThanOrEqual(MAX_LISTED_VALUES);
    const crowded = complaints.filter(({ message }) => message.includes("too many values"));
    expect(crowded).toMatchObject([
      { path: "strategy.indicators.i10.params.multiplier", bound: `<= ${MAX_LISTED_VALUES}` },
    ]);
  });
});
