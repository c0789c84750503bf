import type { BitPlane } from "../series/bit-plane.ts";
import type { ConditionTemplate, Sides } from "../signals/condition.ts";
import type { PlanePair, ScoringBackend } from "./backend.ts";
import type { ConditionFactory } from "./condition-factory.ts";
import { type ConditionPlanes, Watched } from "./condition-planes.ts";
import type { StrategyPlanes } from "./strategy-planes.ts";

/**
 * The signal of expressions, from the planes of their conditions.
 *
 * An entry counts where its own exit does not hold. Where both entries count the signal is neutral.
 * A side without an exit is held while its entry counts; a side with one from there on, until its
 * exit holds or the other entry counts. Before the range nothing is held.
 */
export class ExpressionPlanes implements StrategyPlanes {
  outer: PlanePair;
  inner: PlanePair;
  readonly #backend: ScoringBackend;
  readonly #long: Entry;
  readonly #short: Entry;
  /** Where a side is kept apart from the other one, and then latched. */
  readonly #sides: PlanePair;
  readonly #resets: PlanePair;
  readonly #latches: boolean;

  constructor(
    backend: ScoringBackend,
    sides: Sides<ConditionTemplate>,
    factory: ConditionFactory,
    newPlane: () => BitPlane,
  ) {
    const planesOf = (template?: ConditionTemplate) =>
      template === undefined ? null : factory.of(template);
    this.#backend = backend;
    this.#long = new Entry(backend, planesOf(sides.long), planesOf(sides.exitLong), newPlane);
    this.#short = new Entry(backend, planesOf(sides.short), planesOf(sides.exitShort), newPlane);
    this.#latches = this.#long.exit !== null || this.#short.exit !== null;
    this.#sides = { long: newPlane(), short: newPlane() };
    this.#resets = { long: newPlane(), short: newPlane() };
    this.outer = this.#sides;
    this.inner = this.#sides;
  }

  at(digits: Int32Array): void {
    const [long, short] = [this.#long, this.#short];
    const longChanged = long.read(digits);
    const shortChanged = short.read(digits);
    if (!longChanged && !shortChanged) return;
    this.outer = { long: long.plane, short: short.plane };
    this.inner = { long: short.absent, short: long.absent };
    if (!this.#latches) return;
    this.#backend.and(this.outer, this.inner, this.#sides);
    this.#latch(long, short, this.#sides.long, this.#resets.long);
    this.#latch(short, long, this.#sides.short, this.#resets.short);
    this.outer = this.#sides;
    this.inner = this.#sides;
  }

  #latch(own: Entry, other: Entry, side: BitPlane, reset: BitPlane): void {
    if (own.exit === null) return;
    this.#backend.combine("or", own.exit.plane, other.plane, reset);
    this.#backend.latch(side, reset, side);
  }
}

/** Where the entry of a side counts, and where it does not. */
class Entry {
  plane: BitPlane;
  readonly absent: BitPlane;
  readonly exit: Watched | null;
  readonly #backend: ScoringBackend;
  readonly #entry: Watched | null;
  readonly #counting: BitPlane;
  #isRead = false;

  constructor(
    backend: ScoringBackend,
    entry: ConditionPlanes | null,
    exit: ConditionPlanes | null,
    newPlane: () => BitPlane,
  ) {
    this.#backend = backend;
    this.#entry = entry === null ? null : new Watched(entry);
    this.exit = exit === null ? null : new Watched(exit);
    this.#counting = newPlane();
    this.absent = newPlane();
    this.plane = this.#counting;
  }

  /** Whether it has changed since the last time. */
  read(digits: Int32Array): boolean {
    const entered = this.#entry?.read(digits) ?? false;
    const left = this.exit?.read(digits) ?? false;
    if (this.#isRead && !entered && !left) return false;
    this.#isRead = true;
    if (this.#entry !== null) this.#count(this.#entry.plane);
    this.#backend.not(this.plane, this.absent);
    return true;
  }

  #count(entry: BitPlane): void {
    if (this.exit === null) {
      this.plane = entry;
      return;
    }
    this.#backend.not(this.exit.plane, this.absent);
    this.#backend.combine("and", entry, this.absent, this.#counting);
  }
}
