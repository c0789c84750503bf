import fc from "fast-check";
import type { Axis } from "../../src/core/grid/axis.ts";
import type { ParameterValue } from "../../src/core/parameter.ts";

/** Axes that random constraints read: three of numbers, one of texts. */
export const CONSTRAINED_AXES: readonly Axis[] = [
  { name: "fast.window", values: [2, 3, 5] },
  { name: "slow.window", values: [3, 5, 8, 13] },
  { name: "ma.source", values: ["close", "hl2", "open"] },
  { name: "signal.rsi.long", values: [-1.5, 0, 30] },
];
export const CONSTRAINED_NAMES = CONSTRAINED_AXES.map((axis) => axis.name);

/**
 * How tightly an expression binds, loosest first; a part that binds looser than its place needs
 * parentheses.
 */
const OR = 0;
const AND = 1;
const NOT = 2;
const COMPARE = 3;
const SUM = 4;
const PRODUCT = 5;
const ATOM = 6;

type Values = readonly ParameterValue[];

/**
 * An expression as its tokens, how tightly it binds, and what it means, worked out without any
 * parser.
 */
export interface Expression<T> {
  readonly tokens: readonly string[];
  readonly binds: number;
  readonly meaning: (values: Values) => T;
}

function at<T>(part: Expression<T>, binds: number): readonly string[] {
  return part.binds >= binds ? part.tokens : ["(", ...part.tokens, ")"];
}

/** Both sides of an operator; the right side must bind tighter, for chains read from the left. */
function joined<A, T>(
  operator: string,
  binds: number,
  sides: readonly [Expression<A>, Expression<A>],
  apply: (a: A, b: A) => T,
): Expression<T> {
  const [a, b] = sides;
  const leftBinds = binds === COMPARE ? SUM : binds;
  return {
    tokens: [...at(a, leftBinds), operator, ...at(b, binds + 1)],
    binds,
    meaning: (values) => apply(a.meaning(values), b.meaning(values)),
  };
}

const literal = fc.constantFrom("0", "1", "2", "2.5", "7", "1e1", "3E+0").map(
  (text): Expression<number> => ({
    tokens: [text],
    binds: ATOM,
    meaning: () => Number(text),
  }),
);

const numberAxis = fc.constantFrom(0, 1, 3).map(
  (axis): Expression<number> => ({
    tokens: [CONSTRAINED_NAMES[axis]],
    binds: ATOM,
    meaning: (values) => values[axis] as number,
  }),
);

const ARITHMETIC = {
  "+": [SUM, (a: number, b: number) => a + b],
  "-": [SUM, (a: number, b: number) => a - b],
  "*": [PRODUCT, (a: number, b: number) => a * b],
  "/": [PRODUCT, (a: number, b: number) => a / b],
} as const;

const COMPARISONS = {
  "<": (a: number, b: number) => a < b,
  "<=": (a: number, b: number) => a <= b,
  ">": (a: number, b: number) => a > b,
  ">=": (a: number, b: number) => a >= b,
  "==": (a: number, b: number) => a === b,
  "!=": (a: number, b: number) => a !== b,
} as const;

const textComparison = fc
  .tuple(fc.constantFrom("==", "!="), fc.constantFrom("close", "hl2", "nowhere"), fc.boolean())
  .map(([operator, text, swapped]): Expression<boolean> => {
    const sides = [CONSTRAINED_NAMES[2], `'${text}'`];
    if (swapped) sides.reverse();
    return {
      tokens: [sides[0], operator, sides[1]],
      binds: COMPARE,
      meaning: (values) => (values[2] === text) === (operator === "=="),
    };
  });

function keysOf<K extends string>(table: Readonly<Record<K, unknown>>): fc.Arbitrary<K> {
  return fc.constantFrom(...(Object.keys(table) as K[]));
}

const { number, truth } = fc.letrec<{ number: Expression<number>; truth: Expression<boolean> }>(
  (tie) => ({
    number: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      literal,
      numberAxis,
      fc
        .tuple(keysOf(ARITHMETIC), tie("number"), tie("number"))
        .map(([op, a, b]) => joined(op, ARITHMETIC[op][0], [a, b], ARITHMETIC[op][1])),
      tie("number").map((inner) => ({
        tokens: ["-", ...at(inner, ATOM)],
        binds: ATOM,
        meaning: (values: Values) => -inner.meaning(values),
      })),
    ),
    truth: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc
        .tuple(keysOf(COMPARISONS), tie("number"), tie("number"))
        .map(([op, a, b]) => joined(op, COMPARE, [a, b], COMPARISONS[op])),
      textComparison,
      fc
        .tuple(tie("truth"), tie("truth"))
        .map(([a, b]) => joined("and", AND, [a, b], (x, y) => x && y)),
      fc
        .tuple(tie("truth"), tie("truth"))
        .map(([a, b]) => joined("or", OR, [a, b], (x, y) => x || y)),
      tie("truth").map((inner) => ({
        tokens: ["not", ...at(inner, NOT)],
        binds: NOT,
        meaning: (values: Values) => !inner.meaning(values),
      })),
    ),
  }),
);

export const anyNumberExpression = number;
/** A random condition over the axes, with only the parentheses it needs. */
export const anyCondition = truth;

/** White space around tokens; names and words need at least one blank between them. */
export const anySpacing = fc.array(fc.constantFrom("", " ", "  ", "\t", "\n"), {
  minLength: 1,
  maxLength: 5,
});

/** Tokens as one text, and the 1-based column at which each begins. */
export function spaced(tokens: readonly string[], spacing: readonly string[]) {
  let text = "";
  const columns = tokens.map((token, i) => {
    const blank = spacing[i % spacing.length];
    const touching = /[\w.]$/.test(text) && /^[\w.]/.test(token);
    text += blank === "" && touching ? " " : blank;
    const column = text.length + 1;
    text += token;
    return column;
  });
  return { text, columns };
}
