import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Constraint,
  ConstraintFault,
  parseConstraint,
} from "../../../src/core/grid/constraint.ts";
import {
  anyCondition,
  anyNumberExpression,
  anySpacing,
  CONSTRAINED_AXES,
  CONSTRAINED_NAMES,
  spaced,
} from "../../support/constraint-arbitraries.ts";

const anyValues = fc.tuple(...CONSTRAINED_AXES.map((axis) => fc.constantFrom(...axis.values)));

function parse(text: string): Constraint {
  return parseConstraint(text, CONSTRAINED_NAMES);
}

function faultOf(run: () => unknown): ConstraintFault {
  try {
    run();
  } catch (error) {
    if (error instanceof ConstraintFault) return error;
    throw error;
  }
  throw new Error("no fault");
}

/**
 * The fault of a text over axes `a` and `b` of numbers and `t` of texts, at parsing or at
 * evaluation.
 */
function faultIn(text: string): ConstraintFault {
  return faultOf(() => parseConstraint(text, ["a", "b", "t"]).allows([1, 2, "close"]));
}

describe("constraint", () => {
  it("means what its tree means, with only the parentheses that precedence needs", () => {
    fc.assert(
      fc.property(anyCondition, anySpacing, anyValues, (condition, spacing, values) => {
        const { text } = spaced(condition.tokens, spacing);
        expect(parse(text).allows(values)).toBe(condition.meaning(values));
      }),
      { numRuns: 1_000 },
    );
  });

  it("computes numbers as float64 does, from the left", () => {
    fc.assert(
      fc.property(anyNumberExpression, anySpacing, anyValues, (number, spacing, values) => {
        const expected = number.meaning(values);
        const inner = spaced(number.tokens, spacing).text;
        if (Number.isNaN(expected)) expect(parse(`${inner} != ${inner}`).allows(values)).toBe(true);
        else if (Number.isFinite(expected)) {
          const exact = expected < 0 ? `-${-expected}` : `${expected}`;
          expect(parse(`${inner} == ${exact}`).allows(values)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("names the axes it reads, ascending and once", () => {
    fc.assert(
      fc.property(anyCondition, (condition) => {
        const read = CONSTRAINED_NAMES.flatMap((name, axis) =>
          condition.tokens.includes(name) ? [axis] : [],
        );
        expect(parse(condition.tokens.join(" ")).axes).toEqual(read);
      }),
    );
  });

  it("finds a foreign character, an unknown axis and a missing value at their columns", () => {
    fc.assert(
      fc.property(anyCondition, anySpacing, fc.nat(), (condition, spacing, n) => {
        const place = n % condition.tokens.length;
        for (const foreign of ["@", "ß", "𝄞", "#", '"']) {
          const broken = spaced(condition.tokens.toSpliced(place, 0, foreign), spacing);
          const fault = faultOf(() => parse(broken.text));
          expect(fault.column).toBe(broken.columns[place]);
          expect(fault.message).toContain(`'${foreign}'`);
        }
        const names = condition.tokens.flatMap((token, i) =>
          CONSTRAINED_NAMES.includes(token) ? [i] : [],
        );
        if (names.length > 0) {
          const at = names[n % names.length];
          const unknown = spaced(condition.tokens.with(at, "nope.window"), spacing);
          const fault = faultOf(() => parse(unknown.text));
          expect(fault.column).toBe(unknown.columns[at]);
          expect(fault.message).toContain(CONSTRAINED_NAMES.join(", "));
        }
        const open = spaced([...condition.tokens, "and"], spacing).text;
        expect(faultOf(() => parse(open)).column).toBe(open.length + 1);
        const twice = spaced([...condition.tokens, ")"], spacing);
        expect(faultOf(() => parse(twice.text)).column).toBe(twice.columns.at(-1));
      }),
    );
  });

  it("throws nothing but its own fault, within the text, whatever it is given", () => {
    const soup = fc.array(
      fc.constantFrom(
        ...["(", ")", "<", "<=", ">", ">=", "==", "!=", "+", "-", "*", "/", "and", "or", "not"],
        ...["1", "2.5", "9e999", "'close'", "''", "'", ".", "\u0000", "\ud800", "1 ", " "],
        ...["__proto__", "constructor", "toString", "hasOwnProperty", "undefined", "NaN"],
        ...CONSTRAINED_NAMES,
      ),
      { maxLength: 120 },
    );
    const hostile = fc.oneof(
      fc.string({ maxLength: 200, unit: "binary" }),
      soup.map((tokens) => tokens.join("")),
      soup.map((tokens) => tokens.join(" ")),
    );
    let faults = 0;
    fc.assert(
      fc.property(hostile, anyValues, (text, values) => {
        try {
          const constraint = parse(text);
          expect(constraint.axes.every((axis) => axis >= 0 && axis < 4)).toBe(true);
          expect(typeof constraint.allows(values)).toBe("boolean");
        } catch (error) {
          if (!(error instanceof ConstraintFault)) throw error;
          expect(error.column).toBeGreaterThanOrEqual(1);
          expect(error.column).toBeLessThanOrEqual(text.length + 1);
          faults++;
        }
      }),
      { numRuns: 800 },
    );
    expect(faults).toBeGreaterThan(400);
  });

  it("knows no names but the axes", () => {
    for (const name of ["__proto__", "constructor", "toString", "valueOf", "true", "length"]) {
      expect(faultIn(`${name} == ${name}`).message).toContain(`unknown axis '${name}'`);
    }
    expect(parseConstraint("constructor > 1", ["constructor"]).allows([2])).toBe(true);
  });

  it("refuses nesting that could exhaust the stack, where it begins to be too deep", () => {
    const nested = (depth: number) => `${"(".repeat(depth)}a < b${")".repeat(depth)}`;
    expect(parseConstraint(nested(49), ["a", "b"]).allows([1, 2])).toBe(true);
    expect(faultIn(nested(50))).toMatchObject({ column: 51 });
    expect(faultIn(`${"-".repeat(500)}1 < 2`).message).toContain("nested too deeply");
    expect(faultIn(`${"((-".repeat(300)}`).message).toContain("nested too deeply");
    expect(parseConstraint(`${"not ".repeat(240)}1 < 2`, []).allows([])).toBe(true);
    expect(parseConstraint(`1 < 2${" and 1 < 2".repeat(95)}`, []).allows([])).toBe(true);
    expect(parseConstraint(`0${"+1".repeat(490)} == 490`, []).allows([])).toBe(true);
  });

  it("faults where unlike values meet, at the operator", () => {
    expect(faultIn("a < t")).toMatchObject({ column: 3 });
    expect(faultIn("  t == 1")).toMatchObject({ column: 5 });
    expect(faultIn("a != 'close'")).toMatchObject({ column: 3 });
    expect(faultIn("(a < b) == 1")).toMatchObject({ column: 9 });
    expect(faultIn("a < b and t")).toMatchObject({ column: 7 });
    expect(faultIn("a > b or b")).toMatchObject({ column: 7 });
    expect(faultIn("not a")).toMatchObject({ column: 1 });
    expect(faultIn("b > - t")).toMatchObject({ column: 5 });
    expect(faultIn("a * t > 1")).toMatchObject({ column: 3 });
    expect(faultIn("a")).toMatchObject({ column: 1 });
    expect(faultIn("1 < 2 < 3")).toMatchObject({ column: 7 });
    expect(faultIn("")).toMatchObject({ column: 1 });
    expect(faultIn(" (a < b")).toMatchObject({ column: 8 });
    expect(parseConstraint("(1 < 2) != (2 < 1)", []).allows([])).toBe(true);
  });
});
