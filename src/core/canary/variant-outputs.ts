import type { Atom, SeriesRef } from "../signals/atom.ts";
import type { Condition, Sides } from "../signals/condition.ts";
import { seriesKey } from "../signals/series-key.ts";

export type OutputRef = SeriesRef & { readonly kind: "output" };

/** The indicator outputs that a strategy reads, each once, by what they are called in keys. */
export function outputsOf(sides: Sides<Condition>): ReadonlyMap<string, OutputRef> {
  const found = new Map<string, OutputRef>();
  for (const condition of Object.values(sides)) {
    for (const atom of atomsIn(condition)) {
      for (const ref of seriesIn(atom)) if (ref.kind === "output") found.set(seriesKey(ref), ref);
    }
  }
  return found;
}

function* atomsIn(condition: Condition): Generator<Atom> {
  if (condition.kind === "atom") yield condition.atom;
  else for (const part of condition.of) yield* atomsIn(part);
}

function* seriesIn({ left, right, unless }: Atom): Generator<SeriesRef> {
  yield* partsOf(left);
  yield* partsOf(right);
  if (unless !== undefined) yield* seriesIn(unless);
}

function* partsOf(operand: SeriesRef | number): Generator<SeriesRef> {
  if (typeof operand === "number") return;
  yield operand;
  if (operand.kind === "shifted") yield* partsOf(operand.of);
  if (operand.kind === "arithmetic") {
    yield* partsOf(operand.left);
    yield* partsOf(operand.right);
  }
}
