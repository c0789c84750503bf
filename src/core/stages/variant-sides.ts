import { type Choose, type Condition, chooseCondition, type Sides } from "../signals/condition.ts";
import { signalAtoms } from "./signal-planes.ts";
import type { Sweep } from "./sweep.ts";

/**
 * What a variant asks for on each side, its parameters chosen. The signals of a catalogue strategy
 * are the AND of their atoms: both forms of a strategy are conditions over the same atoms.
 */
export function variantSides(sweep: Sweep, choose: Choose): Sides<Condition> {
  const { expressions } = sweep;
  if (expressions !== undefined) {
    const chosen = Object.entries(expressions).map(([side, template]) => [
      side,
      chooseCondition(template, choose),
    ]);
    return Object.fromEntries(chosen);
  }
  const pairs = sweep.signals.map((signal) => signalAtoms(sweep, signal, choose));
  const side = (name: "long" | "short"): Condition => ({
    kind: "and",
    of: pairs.map((pair) => ({ kind: "atom", atom: pair[name] })),
  });
  return { long: side("long"), short: side("short") };
}
