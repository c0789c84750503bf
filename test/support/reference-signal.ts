import type { ParameterValues } from "../../src/core/parameter.ts";
import type { CandleView } from "../../src/core/series/candle-view.ts";
import type { Atom, AtomPair, Comparison, SeriesRef } from "../../src/core/signals/atom.ts";
import { resolveSeries } from "../../src/core/signals/resolve-series.ts";
import type { Rule } from "../../src/core/signals/rule.ts";

/**
 * Signals evaluated bar by bar, for reading and for checking faster forms:
 * +1 long, -1 short, 0 neutral.
 */
export function evaluateRule(
  view: CandleView,
  rule: Rule,
  operands: Readonly<Record<string, SeriesRef>>,
  params: ParameterValues,
): Int8Array {
  return evaluatePair(view, rule.atoms(operands, params));
}

/** Both sides of a rule, which never hold at once. States begin with the range. */
export function evaluatePair(view: CandleView, pair: AtomPair, firstBar = 0): Int8Array {
  const long = evaluateAtom(view, pair.long, firstBar);
  const short = evaluateAtom(view, pair.short, firstBar);
  return Int8Array.from(long, (isLong, t) => Number(isLong) - Number(short[t]));
}

/** Whether the atom holds, a bar each. */
export function evaluateAtom(view: CandleView, atom: Atom, firstBar = 0): boolean[] {
  const left = resolveSeries(view, atom.left);
  const right = typeof atom.right === "number" ? atom.right : resolveSeries(view, atom.right);
  const { and, unless, holdWhile } = atom;
  const [required, ruledOut, holding] = [and, unless, holdWhile].map((other) =>
    other === undefined ? null : evaluateAtom(view, other, firstBar),
  );
  let state = false;
  return Array.from(left, (x, t) => {
    const y = typeof right === "number" ? right : right[t];
    const event = holds(x, atom.op, y) && required?.[t] !== false && ruledOut?.[t] !== true;
    state = event || (t > firstBar && state && holding?.[t] === true);
    return state;
  });
}

function holds(x: number, op: Comparison, y: number): boolean {
  switch (op) {
    case "<":
      return x < y;
    case "<=":
      return x <= y;
    case ">":
      return x > y;
    case ">=":
      return x >= y;
  }
}
