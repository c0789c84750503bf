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

/** Both sides of a rule, which never hold at once. */
export function evaluatePair(view: CandleView, pair: AtomPair): Int8Array {
  const long = evaluateAtom(view, pair.long);
  const short = evaluateAtom(view, pair.short);
  return Int8Array.from(long, (isLong, t) => Number(isLong) - Number(short[t]));
}

/** Whether the atom holds, a bar each. */
export function evaluateAtom(view: CandleView, atom: Atom): boolean[] {
  const left = resolveSeries(view, atom.left);
  const right = typeof atom.right === "number" ? atom.right : resolveSeries(view, atom.right);
  const ruledOut = atom.unless === undefined ? null : evaluateAtom(view, atom.unless);
  return Array.from(left, (x, t) => {
    const y = typeof right === "number" ? right : right[t];
    return holds(x, atom.op, y) && ruledOut?.[t] !== true;
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
