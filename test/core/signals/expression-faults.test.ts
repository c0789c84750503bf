import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INDICATORS } from "../../../src/core/indicators/registry.ts";
import {
  compileExpression,
  type ExpressionParameter,
} from "../../../src/core/signals/expression/compile-expression.ts";
import { ExpressionFault } from "../../../src/core/signals/expression/expression-fault.ts";
import {
  callSignature,
  findCallable,
} from "../../../src/core/signals/expression/indicator-call.ts";
import { anyConditionPart, textOf } from "../../support/expression-arbitraries.ts";

const parameters: ReadonlyMap<string, ExpressionParameter> = new Map([
  ["fast", { axis: 0, values: [5, 10] }],
  ["half", { axis: 1, values: [0.5] }],
  ["src", { axis: 2, values: ["close", "hl2"] }],
  ["seed", { axis: 3, values: ["sma", "first"] }],
  ["mixed", { axis: 4, values: ["close", 5] }],
  ["back", { axis: 5, values: [0, -1] }],
]);

function faultOf(text: string): ExpressionFault {
  try {
    compileExpression(text, parameters);
  } catch (error) {
    if (error instanceof ExpressionFault) return error;
    throw error;
  }
  throw new Error(`${text} is not refused`);
}

/**
 * Texts with a ^ in front of what is at fault, the message, and what was expected. An operation is
 * found by its operator.
 */
const FAULTS: readonly (readonly [string, string, string])[] = [
  // Grammar
  ["^", "unexpected end", "a number, $parameter, price, call or ("],
  ["close >^", "unexpected end", "a number, $parameter, price, call or ("],
  ["close > ^)", "unexpected ')'", "a number, $parameter, price, call or ("],
  ["close > ^and", "unexpected 'and'", "a number, $parameter, price, call or ("],
  ["(close > 3^", "unexpected end", "')'"],
  ["close > open ^open", "unexpected 'open'", "an operator, and, or, or the end"],
  ["close > open ^$fast", "unexpected '$fast'", "an operator, and, or, or the end"],
  ["1 < close ^< 2", "unexpected '<'", "one comparison; join two with and"],
  ["close ^= open", "unexpected '='", "=="],
  ["close > open ^&& high > 3", "unexpected '&'", "and"],
  ["close > open ^|| high > 3", "unexpected '|'", "or"],
  ["^!(close > open)", "unexpected '!'", "not, or !="],
  ['close > ^"open"', `unexpected '"'`, "single quotes"],
  ["close > ^$", "unexpected '$'", "a parameter's name after $"],
  ["close > ema(close, ^'20)", "unexpected '''", "a closing quote"],
  ["close[1 ^> 3", "unexpected '>'", "']'"],
  ["sma(close ^20) > 3", "unexpected '20'", "',' or ')'"],
  ["macd(close).^5 > 3", "unexpected '5'", "the name of an output"],
  ["\n  close >\n  ^#", "unexpected '#'", "a value"],
  // Types
  ["^close", "a series is neither true nor false", "a comparison, such as close > open"],
  ["$fast ^+ 1", "a number is neither true nor false", "a comparison, such as close > open"],
  ["close > open and ^3", "a number is neither true nor false", "a comparison"],
  ["not ^high", "a series is neither true nor false", "a comparison"],
  ["1 + (close ^> open) > 3", "a condition has no value", "a number or a series"],
  ["^crossover(close, open) > 1", "a condition has no value", "a number or a series"],
  ["close > ^'open'", "'open' has no value", "a number or a series"],
  ["3 ^< 4", "the comparison reads no bar", "a series on one side"],
  [
    "$fast ^> 4",
    "the comparison reads no bar",
    "conditions over parameters go into the constraint",
  ],
  ["close ^> (close)", "a series against itself never signals", "another series"],
  ["rsi(14) ^!= momentum.rsi(close)", "a series against itself never signals", "another series"],
  ["close > 1 ^/ 0", "Infinity is no finite number", "a finite number"],
  ["close > ^1e999", "Infinity is no finite number", "a finite number"],
  // Names and parameters
  ["^clos > 3", "unknown name clos, did you mean close?", "open | high | low | close"],
  ["^Close > 3", "unknown name Close, did you mean close?", "open | high | low | close"],
  ["^price > 3", "unknown name price (", "open | high | low | close"],
  ["^x > 3", "unknown name x (", "open | high | low | close"],
  ["^rsi > 3", "rsi must be called", "rsi()"],
  ["^emma(3) > 3", "there is no emma(), did you mean ema?", "crossover | crossunder | shift | ad"],
  ["^MACD(12, 26) > 0", "there is no MACD(), did you mean macd?", "crossover"],
  ["^superternd(10, 3) > 3", "there is no superternd(), did you mean supertrend?", "crossover"],
  ["^constructor(3) > 3", "there is no constructor() (", "crossover"],
  ["close > ^$fats", "unknown parameter $fats, did you mean $fast?", "$fast | $half"],
  ["close > ^$mixed", "$mixed takes the value 5", "numbers only, or prices only: open"],
  ["close > ^$seed", "$seed takes the value sma", "numbers only, or prices only: open"],
  // Shifts look back
  ["close[^-1] > 3", "a shift by -1 would look ahead", "a whole number of bars back"],
  ["shift(close, ^-2) > 3", "a shift by -2 would look ahead", "a whole number of bars back"],
  ["close[^$back] > 3", "a shift by -1 would look ahead", "a whole number of bars back"],
  ["close[^1.5] > 3", "no distance to shift by", "a whole number of bars back"],
  ["close[^$half] > 3", "no distance to shift by", "a whole number of bars back"],
  ["close[^open] > 3", "no distance to shift by", "a whole number of bars back"],
  ["close[$fast ^+ 1] > 3", "no distance to shift by", "a whole number of bars back"],
  ["close[^10001] > 3", "no distance to shift by", "0..10000"],
  ["$fast^[1] > close", "a number has no past", "a series"],
  ["(close ^> open)[1] > 0", "a condition has no value", "a number or a series"],
  // Calls
  ["^crossover(close) and close > 3", "crossover takes two arguments", "crossover(series, series)"],
  ["shift(close, 1, ^2) > 3", "shift takes two arguments", "shift(series, bars)"],
  ["shift(close, ^bars=2) > 3", "shift has no names", "shift(series, bars)"],
  ["ema(close, 20, ^30) > 3", "one too many", "ema(source, window, seeding=)"],
  ["ema(close, ^close) > 3", "expected a number", "ema(source, window, seeding=)"],
  ["atr(^close, 14) > 3", "it reads no price source", "atr(window, seeding=)"],
  ["ema(close, ^length=20) > 3", "ma.ema has no parameter length", "ema(source, window, seeding=)"],
  ["ema(close, window=20, ^30) > 3", "a name is missing", "name=value"],
  ["ema(close, 20, ^window=30) > 3", "window is given twice", "ema(source, window, seeding=)"],
  ["ema(close, ^0) > 3", "window must be an integer in 1..10000, not 0", "integer 1..10000"],
  ["ema(close, ^$half) > 3", "window must be an integer in 1..10000, not 0.5", "1..10000"],
  ["ema(^typical, 20) > 3", "source must be one of open", "open | high"],
  ["ema(close, 20, ^seeding='last') > 3", "seeding must be one of sma | first, not last", "sma"],
  ["ema(^rsi(14), 9) > 3", "an indicator takes no series", "a number, $parameter or price source"],
  ["ema(close, $fast ^* 2) > 3", "an indicator takes no series and no sums over parameters", "a"],
  ["rsi(14).^upper > 3", "momentum.rsi has no output upper", "rsi"],
  ["macd(close, 12, 26, ^9) > 0", "signalWindow does not change macd", ".signal .histogram"],
  ["bbands(multiplier=2, window=5).^up > 0", "volatility.bbands has no output up", "basis | upper"],
];

describe("a fault of an expression", () => {
  it.each(FAULTS)("%s", (marked, message, expected) => {
    const at = marked.indexOf("^");
    const fault = faultOf(marked.replace("^", ""));
    expect([fault.column, fault.message]).toEqual([at + 1, expect.stringContaining(message)]);
    expect(fault.message).toContain(`(column ${at + 1})`);
    expect(fault.expected).toContain(expected);
  });

  it("is found where expressions are too long, too deep or too large", () => {
    const long = faultOf(`close > ${"1 + ".repeat(500)}1`);
    expect([long.message, long.column]).toEqual([expect.stringContaining("too long"), 2_001]);
    for (const open of ["(", "not ", "-"]) {
      const deep = faultOf(`${open.repeat(60)}close > 1`);
      expect(deep.message).toContain("nested too deeply");
    }
    expect(faultOf(`close > ${"1+".repeat(301)}open`).message).toContain("too large");
    expect(faultOf(new Array(65).fill("close>1").join(" or ")).message).toContain("too many");
    expect(faultOf(new Array(33).fill("close==1").join(" or ")).message).toContain("too many");
    const most = new Array(64).fill("close>1").join(" or ");
    expect(compileExpression(most, parameters).condition).toMatchObject({ kind: "or" });
  });

  it("is all that a text can end with, whatever is in it", () => {
    const words = "close hl2 ema ( ) [ ] , . = == != < <= > >= + - * / and or not crossover shift";
    const token = fc.oneof(
      fc.constantFrom(...words.split(" "), "$fast", "$src", "$", "'x'", "20", "1.5", "histogram"),
      fc.string({ maxLength: 3 }),
    );
    const texts = fc.oneof(
      fc.array(token, { maxLength: 25 }).map((tokens) => tokens.join(" ")),
      anyConditionPart.map((part) => textOf(part).replace("$level", "$fast")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          compileExpression(text, parameters);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionFault);
          const { column, expected } = error as ExpressionFault;
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual(text.length + 1);
          expect(expected).not.toBe("");
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("calls of indicators", () => {
  it("have one meaning: short names and short parameters are unique, none is a word", () => {
    const short = (id: string) => id.split(".")[1];
    const names = INDICATORS.map(({ id }) => short(id));
    expect(new Set(names).size).toBe(names.length);
    const words = ["and", "or", "not", "crossover", "crossunder", "shift"];
    expect(names.filter((name) => words.includes(name))).toEqual([]);
    for (const { params } of INDICATORS) {
      const all = params.map(({ name }) => name.replace(/Window$/, ""));
      expect(new Set(all).size).toBe(all.length);
    }
  });

  it("take every argument of every indicator, by place and by name", () => {
    for (const indicator of INDICATORS) {
      const { id, params, outputs, outputParams } = indicator;
      expect(findCallable(id)).toBe(indicator);
      const output = outputs.find((name) => outputParams?.[name] === undefined) ?? outputs[0];
      const specs = params.filter(({ name }) => outputParams?.[output]?.includes(name) ?? true);
      const text = (value: string | number) => (typeof value === "string" ? `'${value}'` : value);
      const named = specs.map((spec) => `${spec.name}=${text(spec.default)}`);
      const source = specs.filter(({ name }) => name === "source");
      const numbers = specs.filter(({ kind }) => kind !== "choice");
      const choices = specs.filter(({ kind, name }) => kind === "choice" && name !== "source");
      const placed = [
        ...[...source, ...numbers].map((spec) => spec.default),
        ...choices.map((spec) => `${spec.name}=${text(spec.default)}`),
      ];
      const compiled = [
        `${id}().${output} > 1`,
        `${id}(${named.join(", ")}).${output} > 1`,
        `${id.split(".")[1]}(${placed.join(", ")}).${output} > 1`,
      ].map((written) => compileExpression(written, parameters).condition);
      const defaults = params.map((spec) => [spec.name, { value: spec.default }]);
      const left = { indicator: id, params: Object.fromEntries(defaults), output };
      for (const condition of compiled) expect(condition).toMatchObject({ left });
      expect(callSignature(indicator)).toMatch(/^[a-z0-9_]+\(.*\)$/);
    }
  });
});
