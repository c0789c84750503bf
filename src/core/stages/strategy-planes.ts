import type { Grid } from "../grid/grid.ts";
import type { PlanePair } from "./backend.ts";
import { ConditionFactory } from "./condition-factory.ts";
import { ExpressionPlanes } from "./expression-planes.ts";
import { SignalConjunction, slowestFirst } from "./signal-conjunction.ts";
import { SignalPlanes, type SignalPlanesOptions } from "./signal-planes.ts";
import type { Sweep } from "./sweep.ts";

/** The signal of a sweep's variants: the AND of two pairs of planes, which engines fuse. */
export interface StrategyPlanes {
  readonly outer: PlanePair;
  readonly inner: PlanePair;
  /** Makes `outer AND inner` the signal of the variant with these digits. */
  at(digits: Int32Array): void;
}

export function strategyPlanes(
  sweep: Sweep,
  grid: Grid,
  planes: SignalPlanesOptions,
): StrategyPlanes {
  const { backend, newPlane } = planes;
  if (sweep.expressions !== undefined) {
    const factory = new ConditionFactory(grid, planes);
    return new ExpressionPlanes(backend, sweep.expressions, factory, newPlane);
  }
  return new CataloguePlanes(
    slowestFirst(sweep).map((signal) => new SignalPlanes(sweep, grid, signal, planes)),
    planes,
  );
}

/** AND of all signals but the fastest one, and the fastest one. */
class CataloguePlanes implements StrategyPlanes {
  outer: PlanePair;
  inner: PlanePair;
  readonly #slow: SignalConjunction | null;
  readonly #fastest: SignalPlanes;

  constructor(signals: readonly SignalPlanes[], { backend, newPlane }: SignalPlanesOptions) {
    const [fastest, ...slow] = signals.toReversed();
    this.#fastest = fastest;
    this.#slow =
      slow.length === 0 ? null : new SignalConjunction(backend, slow.reverse(), newPlane);
    this.outer = { long: newPlane(), short: newPlane() };
    this.inner = this.outer;
  }

  at(digits: Int32Array): void {
    this.inner = this.#fastest.at(digits);
    this.outer = this.#slow?.all(digits) ?? this.inner;
  }
}
