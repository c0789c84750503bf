import type { Atom, Comparison, SeriesRef } from "./atom.ts";
import type { Condition, Sides } from "./condition.ts";
import type { BarRange } from "./plane-source.ts";

/** The series a reference names, one value a bar of the candles. */
export type SeriesOf = (ref: SeriesRef) => Float64Array;

/** Whether a condition holds, asked bar by bar. */
type HoldsAt = (t: number) => boolean;

/**
 * The signal of a strategy over the range, bar by bar: 1 long, -1 short, 0 neutral. This is what
 * semantics section 3 says, in code; planes are compared with it bit for bit.
 */
export function readableSignal(
  sides: Sides<Condition>,
  seriesOf: SeriesOf,
  range: BarRange,
): Int8Array {
  const { firstBar, lastBar } = range;
  const at = (condition: Condition | undefined): HoldsAt =>
    condition === undefined ? () => false : conditionAt(condition, seriesOf, range);
  const [long, exitLong] = [at(sides.long), at(sides.exitLong)];
  const [short, exitShort] = [at(sides.short), at(sides.exitShort)];
  const signal = new Int8Array(lastBar - firstBar);
  // Nothing is held before the range.
  let held = 0;
  for (let t = firstBar; t < lastBar; t++) {
    const entersLong = long(t) && !exitLong(t);
    const entersShort = short(t) && !exitShort(t);
    if (entersLong && entersShort) held = 0;
    else if (entersLong) held = 1;
    else if (entersShort) held = -1;
    else if (held > 0 && (sides.exitLong === undefined || exitLong(t))) held = 0;
    else if (held < 0 && (sides.exitShort === undefined || exitShort(t))) held = 0;
    signal[t - firstBar] = held;
  }
  return signal;
}

function conditionAt(condition: Condition, seriesOf: SeriesOf, range: BarRange): HoldsAt {
  if (condition.kind === "atom") return atomAt(condition.atom, seriesOf, range);
  const parts = condition.of.map((part) => conditionAt(part, seriesOf, range));
  return condition.kind === "and"
    ? (t) => parts.every((holds) => holds(t))
    : (t) => parts.some((holds) => holds(t));
}

function atomAt(atom: Atom, seriesOf: SeriesOf, range: BarRange): HoldsAt {
  const { left, op, right, and, unless, holdWhile } = atom;
  const a = seriesOf(left);
  const b = typeof right === "number" ? null : seriesOf(right);
  const required = and === undefined ? () => true : atomAt(and, seriesOf, range);
  const excepted = unless === undefined ? () => false : atomAt(unless, seriesOf, range);
  const holds: HoldsAt = (t) =>
    compare(a[t], op, b === null ? (right as number) : b[t]) && required(t) && !excepted(t);
  return holdWhile === undefined
    ? holds
    : latched(holds, atomAt(holdWhile, seriesOf, range), range);
}

/** Once true it stays so for as long as `holding` lasts. */
function latched(sets: HoldsAt, holding: HoldsAt, { firstBar, lastBar }: BarRange): HoldsAt {
  const states = new Uint8Array(lastBar);
  let held = false;
  for (let t = firstBar; t < lastBar; t++) {
    held = sets(t) || (held && holding(t));
    states[t] = Number(held);
  }
  return (t) => states[t] === 1;
}

/** False where a side is NaN, as every comparison with it is. */
function compare(a: number, op: Comparison, b: number): boolean {
  switch (op) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
  }
}
