import type { Grid } from "../grid/grid.ts";
import type { BitPlane } from "../series/bit-plane.ts";
import type { ConditionTemplate } from "../signals/condition.ts";
import type { PlanePair } from "./backend.ts";
import { ConditionFactory } from "./condition-factory.ts";
import type { LegShape } from "./leg-shape.ts";
import { SignalConjunction, slowestFirst } from "./signal-conjunction.ts";
import { SignalPlanes, type SignalPlanesOptions } from "./signal-planes.ts";
import type { Sweep } from "./sweep.ts";

/** What the sides of a strategy ask for beside the levels of their legs, as planes. */
export type LegGates = (digits: Int32Array) => PlanePair;

export function legGates(
  sweep: Sweep,
  grid: Grid,
  { gate }: LegShape,
  planes: SignalPlanesOptions,
): LegGates {
  const { backend, newPlane } = planes;
  const closed = newPlane();
  const open = newPlane();
  backend.not(closed, open);
  if ("signals" in gate) {
    const signals = slowestFirst({ ...sweep, signals: gate.signals });
    if (signals.length === 0) return () => ({ long: open, short: open });
    const each = signals.map((signal) => new SignalPlanes(sweep, grid, signal, planes));
    const all = new SignalConjunction(backend, each, newPlane);
    return (digits) => all.all(digits);
  }
  const factory = new ConditionFactory(grid, planes);
  const side = (parts?: readonly ConditionTemplate[]): ((digits: Int32Array) => BitPlane) => {
    if (parts === undefined) return () => closed;
    if (parts.length === 0) return () => open;
    const all = factory.of({ kind: "and", of: parts });
    return (digits) => all.at(digits);
  };
  const [long, short] = [side(gate.long), side(gate.short)];
  return (digits) => ({ long: long(digits), short: short(digits) });
}
