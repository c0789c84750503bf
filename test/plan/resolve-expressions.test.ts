import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_EXPRESSION_LENGTH } from "../../src/core/signals/expression/tokens.ts";
import { parseRunRequest } from "../../src/plan/parse-request.ts";
import { resolveStrategy } from "../../src/plan/resolve-strategy.ts";
import { complaintsOf, planOf } from "../support/request-samples.ts";

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

const CROSS = {
  expressions: { long: "sma($fast) > sma($slow)", exitLong: "close < sma($slow)" },
  parameters: { slow: [50, 100], fast: { start: 5, stop: 20, step: 5 } },
};

describe("a strategy of expressions", () => {
  it("has an axis for each parameter, by name, and nothing of the catalogue", () => {
    const resolved = resolve(CROSS);
    expect(resolved).toMatchObject({ complaints: [], indicators: [], signals: [] });
    expect(resolved.axes).toEqual([
      { name: "fast", values: [5, 10, 15, 20] },
      { name: "slow", values: [50, 100] },
    ]);
    expect(Object.keys(resolved.expressions ?? {})).toEqual(["long", "exitLong"]);
    const parameters = Object.fromEntries(Object.entries(CROSS.parameters).reverse());
    expect(resolve({ ...CROSS, parameters })).toEqual(resolved);
  });

  it("plans to data that text can carry, the same however it is spaced and spelled", () => {
    const request = (strategy: object) => ({ dataset: "d", strategy });
    const { sweep, planHash, estimate } = planOf(
      request({ ...CROSS, constraint: "fast * 5 <= slow" }),
    );
    expect(estimate).toMatchObject({ indexSpace: 8, stageAVariants: 6 });
    expect(JSON.parse(JSON.stringify(sweep))).toEqual(sweep);
    const spelled = {
      ...CROSS,
      constraint: "fast * 5 <= slow",
      expressions: {
        exitLong: "\n close<ma.sma ( window = $slow , source = 'close' ) ",
        long: "(sma(close,$fast))>sma(close , $slow)",
      },
    };
    expect(planOf(request(spelled)).planHash).toBe(planHash);
    const others = [
      { ...CROSS, expressions: { long: CROSS.expressions.long } },
      { ...CROSS, expressions: { ...CROSS.expressions, exitLong: "close <= sma($slow)" } },
      { ...CROSS, parameters: { ...CROSS.parameters, slow: [50, 101] } },
      CROSS,
    ].map((strategy) => planOf(request(strategy)).planHash);
    expect(new Set([planHash, ...others]).size).toBe(5);
  });

  it("costs a side only the parameters that it reads", () => {
    const many = { start: 1, stop: 100, step: 1 };
    const bytes = (long: string, short: string) =>
      planOf({
        dataset: "d",
        strategy: { expressions: { long, short }, parameters: { a: many, b: many } },
      }).estimate.bytes;
    const apart = bytes("rsi(14) < $a", "rsi(14) > $b");
    const together = bytes("rsi(14) < $a + $b", "rsi(14) > $b + $a");
    // What they cost beyond a sweep of two variants, which has the same process and threads.
    const few = planOf({
      dataset: "d",
      strategy: {
        expressions: { long: "rsi(14) < $a", short: "rsi(14) > 70" },
        parameters: { a: [1, 2] },
      },
    }).estimate.bytes;
    expect(together - few).toBeGreaterThan(2 * (apart - few));
  });

  it("is refused with the place of each fault", () => {
    const { expressions, parameters } = CROSS;
    const broken = {
      expressions: { long: "sma($fast) > sma($slo)", exitLong: "close <", short: "close > 3 4" },
      parameters,
    };
    expect(faults(broken)).toEqual([
      [
        "expressions.long",
        "unknown parameter $slo, did you mean $slow? (column 18)",
        broken.expressions.long,
        "$fast | $slow",
      ],
      ["expressions.exitLong", "unexpected end (column 8)", "close <", expect.any(String)],
      ["expressions.short", "unexpected '4' (column 11)", "close > 3 4", expect.any(String)],
    ]);
    expect(faults({ expressions, parameters: { ...parameters, spare: [1, 2] } })).toEqual([
      ["parameters.spare", "no expression reads this parameter", "[1,2]", "$spare"],
    ]);
    expect(faults({ expressions, parameters: { ...parameters, fast: [5, 5] } })).toEqual([
      ["parameters.fast", "duplicate value", "5", "each value once"],
    ]);
    expect(faults({ expressions: {} })).toEqual([
      ["expressions", "a strategy needs an entry", null, "long or short"],
    ]);
    expect(faults({ expressions: { short: "close > open", exitLong: "close < open" } })).toEqual([
      ["expressions.exitLong", "an exit without an entry", "close < open", expect.any(String)],
    ]);
    expect(faults({ expressions: { long: "close > open", exitShort: "close < 1" } })).toEqual([
      ["expressions.exitShort", "an exit without an entry", "close < 1", expect.any(String)],
    ]);
  });

  it("does not mix with the catalogue", () => {
    const indicators = { fast: { id: "ma.sma" } };
    const signals = [{ rule: "price", of: "fast" }];
    expect(faults({ ...CROSS, indicators, signals }).map(([path]) => path)).toEqual([
      "indicators",
      "signals",
    ]);
    expect(faults({ indicators, parameters: { fast: 5 } })).toEqual([
      ["parameters", "only expressions read them", '{"fast":5}', null],
    ]);
  });

  it("has a shape that is checked like any other", () => {
    const at = (strategy: unknown) =>
      complaintsOf(() => parseRunRequest({ dataset: "d", strategy })).map(({ path }) => path);
    expect(at({})).toEqual(["strategy.indicators"]);
    expect(at({ expressions: { long: 5 } })).toEqual(["strategy.expressions.long"]);
    expect(at({ expressions: { buy: "close > 1" } })).toEqual(["strategy.expressions.buy"]);
    expect(at({ ...CROSS, parameters: { "1st": 5 } })).toEqual(["strategy.parameters.1st"]);
    expect(at({ ...CROSS, parameters: { a: null } })).toEqual(["strategy.parameters.a"]);
    const parameters = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`p${i}`, i]));
    expect(at({ ...CROSS, parameters })).toEqual(["strategy.parameters"]);
    const long = `close > ${" ".repeat(MAX_EXPRESSION_LENGTH)}1`;
    expect(at({ expressions: { long } })).toEqual(["strategy.expressions.long"]);
  });

  it("trades in the direction that is asked for, or is refused", () => {
    const plan = (direction: string, expressions: object) => () =>
      planOf({ dataset: "d", strategy: { expressions }, execution: { direction } });
    const long = "close > open";
    expect(complaintsOf(plan("SHORT_ONLY", { long }))).toMatchObject([
      { path: "strategy.expressions.short", message: "SHORT_ONLY needs a short side" },
    ]);
    expect(complaintsOf(plan("LONG_ONLY", { short: long }))).toMatchObject([
      { path: "strategy.expressions.long", message: "LONG_ONLY needs a long side" },
    ]);
    for (const direction of ["LONG_ONLY", "SHORT_ONLY", "LONG_SHORT"]) {
      expect(plan(direction, { long, short: "close < open" })().estimate.stageAVariants).toBe(1);
    }
  });

  it("is planned or refused, never anything else, whatever its texts", () => {
    const side = fc.option(fc.constantFrom("close > $a", "close < open", "$a", "", "close > $b"), {
      nil: undefined,
    });
    const sides = fc.record({ long: side, exitLong: side, short: side, exitShort: side });
    const parameters = fc.option(fc.constantFrom({ a: [1, 2] }, { a: "close" }, { a: [] }, {}), {
      nil: undefined,
    });
    fc.assert(
      fc.property(sides, parameters, (expressions, given) => {
        const strategy = { expressions, ...(given === undefined ? {} : { parameters: given }) };
        try {
          expect(planOf({ dataset: "d", strategy }).estimate.stageAVariants).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ name: "UserError", code: "VALIDATION" });
        }
      }),
      { numRuns: 300 },
    );
  });
});
