import type { Atom, Comparison } from "./atom.ts";
import { type Condition, SIDES, type Sides } from "./condition.ts";
import { operandKey, seriesKey } from "./series-key.ts";

/**
 * The sides of a strategy as texts that do not depend on how it was written: a catalogue strategy
 * and its expression have the same, and so have expressions that differ in order, grouping,
 * repetition or direction of comparisons.
 */
export function canonicalSides(sides: Sides<Condition>): Sides<string> {
  const apart = withoutConflicts(sides);
  const texts = SIDES.flatMap((side) => {
    const condition = apart[side];
    return condition === undefined ? [] : [[side, textOf(condition)]];
  });
  return Object.fromEntries(texts);
}

/**
 * Where both sides hold the signal is neutral anyway, so what a rule does to keep its two atoms
 * apart says nothing. Among several signals it does: there each rule is neutral by itself.
 */
function withoutConflicts(sides: Sides<Condition>): Sides<Condition> {
  if (sides.exitLong !== undefined || sides.exitShort !== undefined) return sides;
  const [long, short] = [onlyAtom(sides.long), onlyAtom(sides.short)];
  if (long === null || short === null) return sides;
  const [bareLong, bareShort] = [bare(long), bare(short)];
  const keptApart =
    long.unless !== undefined &&
    short.unless !== undefined &&
    atomText(long.unless) === atomText(bareShort) &&
    atomText(short.unless) === atomText(bareLong);
  if (keptApart) return sidesOf(bareLong, bareShort);
  const touching = long.op === "<=" || long.op === ">=";
  if (touching && opposite(long) === atomText(short)) return sidesOf(strict(long), strict(short));
  return sides;
}

function sidesOf(long: Atom, short: Atom): Sides<Condition> {
  return { long: { kind: "atom", atom: long }, short: { kind: "atom", atom: short } };
}

function onlyAtom(condition: Condition | undefined): Atom | null {
  if (condition === undefined) return null;
  if (condition.kind === "atom") return condition.atom;
  return condition.of.length === 1 ? onlyAtom(condition.of[0]) : null;
}

function bare({ left, op, right }: Atom): Atom {
  return { left, op, right };
}

/** The comparison the other way round, as a text. */
function opposite(atom: Atom): string {
  return atomText({ ...atom, op: MIRRORED[atom.op] });
}

function strict(atom: Atom): Atom {
  return { ...atom, op: atom.op === "<=" ? "<" : ">" };
}

function textOf(condition: Condition): string {
  if (condition.kind === "atom") return atomText(condition.atom);
  const texts = [...new Set(partsOf(condition, condition.kind).map(textOf))].sort();
  return texts.length === 1 ? texts[0] : `(${texts.join(` ${condition.kind} `)})`;
}

/** The parts of a chain of AND or of OR, whatever its grouping. */
function partsOf(condition: Condition, kind: "and" | "or"): Condition[] {
  const inner = condition.kind === "atom" ? joinedAtoms(condition.atom) : condition;
  if (inner.kind === "atom") return [inner];
  if (inner.kind !== kind && inner.of.length > 1) return [inner];
  return inner.of.flatMap((part) => partsOf(part, kind));
}

/** `a unless (a unless b)` is how a rule says a AND b. */
function joinedAtoms(atom: Atom): Condition {
  const { unless } = atom;
  if (unless?.unless === undefined || atomText(bare(unless)) !== atomText(bare(atom))) {
    return { kind: "atom", atom };
  }
  const both = [bare(atom), unless.unless].map((part) => ({ kind: "atom", atom: part }) as const);
  return { kind: "and", of: both };
}

function atomText({ left, op, right, and, unless, holdWhile }: Atom): string {
  const required = and === undefined ? "" : ` with (${atomText(and)})`;
  const excepted = unless === undefined ? "" : ` unless ${atomText(unless)}`;
  const held = holdWhile === undefined ? "" : ` while (${atomText(holdWhile)})`;
  const [a, b] = [seriesKey(left), operandKey(right)];
  const swaps = typeof right !== "number" && b < a;
  const text = swaps ? `${b} ${MIRRORED[op]} ${a}` : `${a} ${op} ${b}`;
  return `${text}${required}${excepted}${held}`;
}

const MIRRORED = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const satisfies Record<
  Comparison,
  Comparison
>;
