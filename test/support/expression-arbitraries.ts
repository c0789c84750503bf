import fc from "fast-check";
import { findIndicator } from "../../src/core/indicators/registry.ts";
import type { ParameterValue, ParameterValues } from "../../src/core/parameter.ts";
import { withDefaults } from "../../src/core/parameter.ts";
import type { CandleView } from "../../src/core/series/candle-view.ts";
import type { PriceSource } from "../../src/core/series/price-source.ts";

/** The parameters that random expressions may read, in the order of their axes. */
export const EXPRESSION_PARAMETERS = {
  fast: [1, 2, 3, 5],
  lag: [0, 1, 3],
  level: [-1, 30, 50.5, 100],
  src: ["close", "hl2", "open"],
} as const;

/** What a text is evaluated on, without any parser: a market and chosen parameters. */
export interface Chosen {
  readonly view: CandleView;
  readonly values: ParameterValues;
}

/**
 * A part of an expression as its tokens, how tightly it binds, and what it means, bar by bar.
 * Undefined is NaN for a series and null for a condition.
 */
interface Part<T> {
  readonly tokens: readonly string[];
  readonly binds: number;
  readonly meaning: (chosen: Chosen) => T;
}
export type SeriesPart = Part<readonly number[]>;
export type ConditionPart = Part<readonly (boolean | null)[]>;

/** How tightly parts bind, loosest first; what binds looser than its place needs parentheses. */
const OR = 0;
const AND = 1;
const NOT = 2;
const COMPARE = 3;
const SUM = 4;
const PRODUCT = 5;
const VALUE = 6;

function at(part: Part<unknown>, binds: number): readonly string[] {
  return part.binds >= binds ? part.tokens : ["(", ...part.tokens, ")"];
}

function everyBar<T>({ view }: Chosen, value: (t: number) => T): T[] {
  return Array.from({ length: view.bars }, (_, t) => value(t));
}

const literal = fc.constantFrom("0", "1", "2.5", "50", "99.5", "1e2").map(
  (text): SeriesPart => ({
    tokens: [text],
    binds: VALUE,
    meaning: (chosen) => everyBar(chosen, () => Number(text)),
  }),
);

const level: SeriesPart = {
  tokens: ["$level"],
  binds: VALUE,
  meaning: (chosen) => everyBar(chosen, () => chosen.values.level as number),
};

const price = fc.constantFrom("close", "open", "high", "low", "hlc3", "volume", "$src").map(
  (name): SeriesPart => ({
    tokens: [name],
    binds: VALUE,
    meaning: ({ view, values }) => {
      const source = name === "$src" ? values.src : name;
      return Array.from(view.price(source as PriceSource));
    },
  }),
);

interface CallSample {
  readonly text: string;
  readonly id: string;
  readonly output: string;
  readonly params: (values: ParameterValues) => Record<string, ParameterValue>;
}

/** Every form of a call, by what it stands for in the registry. */
const CALLS: readonly CallSample[] = [
  {
    text: "ema ( close , $fast )",
    id: "ma.ema",
    output: "value",
    params: ({ fast }) => ({ window: fast }),
  },
  { text: "sma ( 3 )", id: "ma.sma", output: "value", params: () => ({ window: 3 }) },
  {
    text: "ma.ema ( window = $fast , seeding = 'first' , source = $src )",
    id: "ma.ema",
    output: "value",
    params: ({ fast, src }) => ({ window: fast, source: src, seeding: "first" }),
  },
  {
    text: "rsi ( $src , 2 )",
    id: "momentum.rsi",
    output: "rsi",
    params: ({ src }) => ({ source: src, window: 2 }),
  },
  {
    text: "macd ( close , fast = 2 , slow = 4 , signal = $fast ) . histogram",
    id: "momentum.macd",
    output: "histogram",
    params: ({ fast }) => ({ fastWindow: 2, slowWindow: 4, signalWindow: fast }),
  },
  {
    text: "bbands ( hl2 , 3 , 1.5 ) . upper",
    id: "volatility.bbands",
    output: "upper",
    params: () => ({ source: "hl2", window: 3, multiplier: 1.5 }),
  },
  {
    text: "highest ( $fast )",
    id: "structure.highest",
    output: "value",
    params: ({ fast }) => ({ window: fast }),
  },
  {
    text: "stoch ( 3 , 1 , dWindow = 2 ) . d",
    id: "momentum.stoch",
    output: "d",
    params: () => ({ kWindow: 3, smoothing: 1, dWindow: 2 }),
  },
  { text: "obv ( )", id: "volume.obv", output: "obv", params: () => ({}) },
];

const call = fc.constantFrom(...CALLS).map(
  ({ text, id, output, params }): SeriesPart => ({
    tokens: text.split(" "),
    binds: VALUE,
    meaning: ({ view, values }) => {
      const indicator = findIndicator(id)!;
      const outputs = indicator.compute(view, withDefaults(indicator.params, params(values)));
      return Array.from(outputs[indicator.outputs.indexOf(output)]);
    },
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

function keysOf<K extends string>(table: Readonly<Record<K, unknown>>): fc.Arbitrary<K> {
  return fc.constantFrom(...(Object.keys(table) as K[]));
}

function calculated(op: keyof typeof ARITHMETIC, a: SeriesPart, b: SeriesPart): SeriesPart {
  const [binds, apply] = ARITHMETIC[op];
  return {
    tokens: [...at(a, binds), op, ...at(b, binds + 1)],
    binds,
    meaning: (chosen) => {
      const [x, y] = [a.meaning(chosen), b.meaning(chosen)];
      return everyBar(chosen, (t) => apply(x[t], y[t]));
    },
  };
}

/** The value some bars earlier; there is none before the first bar. */
function shifted(of: SeriesPart, bars: "$lag" | number, asCall: boolean): SeriesPart {
  const distance = String(bars);
  const inner = asCall ? of.tokens : at(of, VALUE);
  return {
    tokens: asCall ? ["shift", "(", ...inner, ",", distance, ")"] : [...inner, "[", distance, "]"],
    binds: VALUE,
    meaning: (chosen) => {
      const back = bars === "$lag" ? (chosen.values.lag as number) : bars;
      const x = of.meaning(chosen);
      return everyBar(chosen, (t) => (t < back ? Number.NaN : x[t - back]));
    },
  };
}

function negated(of: SeriesPart): SeriesPart {
  return {
    tokens: ["-", ...at(of, VALUE)],
    binds: PRODUCT,
    meaning: (chosen) => of.meaning(chosen).map((x) => -x),
  };
}

/** Of numbers, unlike series, there is one zero only. */
function unsigned(of: SeriesPart): SeriesPart {
  return { ...of, meaning: (chosen) => of.meaning(chosen).map((x) => x + 0) };
}

function isDefined(...values: readonly number[]): boolean {
  return values.every((value) => !Number.isNaN(value));
}

function compared(op: keyof typeof COMPARISONS, a: SeriesPart, b: SeriesPart): ConditionPart {
  return {
    tokens: [...at(a, SUM), op, ...at(b, SUM)],
    binds: COMPARE,
    meaning: (chosen) => {
      const [x, y] = [a.meaning(chosen), b.meaning(chosen)];
      const holds = COMPARISONS[op];
      return everyBar(chosen, (t) => (isDefined(x[t], y[t]) ? holds(x[t], y[t]) : null));
    },
  };
}

/** Above now and not above one bar earlier; undefined where one of the two is, unless no matter. */
function crossing(name: "crossover" | "crossunder", a: SeriesPart, b: SeriesPart): ConditionPart {
  const sign = name === "crossover" ? 1 : -1;
  return {
    tokens: [name, "(", ...a.tokens, ",", ...b.tokens, ")"],
    binds: VALUE,
    meaning: (chosen) => {
      const [x, y] = [a.meaning(chosen), b.meaning(chosen)];
      const beyond = (t: number) =>
        t >= 0 && isDefined(x[t], y[t]) ? sign * x[t] > sign * y[t] : null;
      return everyBar(chosen, (t) => both(beyond(t), opposite(beyond(t - 1))));
    },
  };
}

type Truth = boolean | null;

function opposite(a: Truth): Truth {
  return a === null ? null : !a;
}

/** False as soon as one is, whatever the other; true when both are. */
function both(a: Truth, b: Truth): Truth {
  if (a === false || b === false) return false;
  return a === null || b === null ? null : true;
}

function either(a: Truth, b: Truth): Truth {
  return opposite(both(opposite(a), opposite(b)));
}

function joined(word: "and" | "or", a: ConditionPart, b: ConditionPart): ConditionPart {
  const binds = word === "and" ? AND : OR;
  const join = word === "and" ? both : either;
  return {
    tokens: [...at(a, binds), word, ...at(b, binds)],
    binds,
    meaning: (chosen) => {
      const [x, y] = [a.meaning(chosen), b.meaning(chosen)];
      return everyBar(chosen, (t) => join(x[t], y[t]));
    },
  };
}

const { number, series, condition } = fc.letrec<{
  number: SeriesPart;
  series: SeriesPart;
  condition: ConditionPart;
}>((tie) => ({
  number: fc.oneof(
    { depthSize: "xsmall", withCrossShrink: true },
    literal,
    fc.constant(level),
    fc
      .tuple(keysOf(ARITHMETIC), tie("number"), fc.constant(level))
      .map(([op, a, b]) => unsigned(calculated(op, a, b))),
    tie("number").map((of) => unsigned(negated(of))),
  ),
  series: fc.oneof(
    { depthSize: "xsmall", withCrossShrink: true },
    price,
    call,
    fc
      .tuple(keysOf(ARITHMETIC), tie("series"), fc.oneof(tie("series"), tie("number")))
      .map(([op, a, b]) => calculated(op, a, b)),
    fc
      .tuple(keysOf(ARITHMETIC), tie("number"), tie("series"))
      .map(([op, a, b]) => calculated(op, a, b)),
    tie("series").map(negated),
    fc
      .tuple(tie("series"), fc.constantFrom("$lag" as const, 0, 1, 2, 40), fc.boolean())
      .map(([of, bars, asCall]) => shifted(of, bars, asCall)),
  ),
  condition: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc
      .tuple(keysOf(COMPARISONS), tie("series"), fc.oneof(tie("series"), tie("number")))
      .map(([op, a, b]) => compared(op, a, b)),
    fc
      .tuple(keysOf(COMPARISONS), tie("number"), tie("series"))
      .map(([op, a, b]) => compared(op, a, b)),
    fc
      .tuple(
        fc.constantFrom("crossover" as const, "crossunder" as const),
        tie("series"),
        fc.oneof(tie("series"), tie("number")),
      )
      .map(([name, a, b]) => crossing(name, a, b)),
    fc
      .tuple(fc.constantFrom("and" as const, "or" as const), tie("condition"), tie("condition"))
      .map(([word, a, b]) => joined(word, a, b)),
    tie("condition").map(
      (inner): ConditionPart => ({
        tokens: ["not", ...at(inner, NOT)],
        binds: NOT,
        meaning: (chosen) => inner.meaning(chosen).map(opposite),
      }),
    ),
  ),
}));

export const anyNumberPart = number;
export const anySeriesPart = series;
/** A random condition, with only the parentheses it needs. */
export const anyConditionPart = condition;

/** Tokens as one text, with a blank only where two would run into each other. */
export function textOf(part: Part<unknown>): string {
  return part.tokens.reduce((text, token) => {
    const touching = /[\w.]$/.test(text) && /^[\w.]/.test(token);
    const minuses = text.endsWith("-") && token === "-";
    return `${text}${(touching && token !== ".") || minuses ? " " : ""}${token}`;
  }, "");
}
