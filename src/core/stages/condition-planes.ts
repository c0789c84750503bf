import type { BitPlane } from "../series/bit-plane.ts";
import type { ScoringBackend } from "./backend.ts";

/** The plane of a condition as a function of the variant's digits. */
export interface ConditionPlanes {
  /** Grows whenever `at` writes new bits into a plane that it has handed out before. */
  readonly version: number;
  at(digits: Int32Array): BitPlane;
}

/** Remembers what a condition's plane was when it was last read. */
export class Watched {
  plane: BitPlane = new Int32Array(0);
  readonly #planes: ConditionPlanes;
  #version = -1;

  constructor(planes: ConditionPlanes) {
    this.#planes = planes;
  }

  /** Reads the plane; whether it is another one, or has other bits, than the last time. */
  read(digits: Int32Array): boolean {
    const plane = this.#planes.at(digits);
    const { version } = this.#planes;
    const changed = plane !== this.plane || version !== this.#version;
    this.plane = plane;
    this.#version = version;
    return changed;
  }
}

/** `a AND b` or `a OR b`, done again only where one of them has changed. */
export class JoinedPlanes implements ConditionPlanes {
  version = 0;
  readonly #backend: ScoringBackend;
  readonly #op: "and" | "or";
  readonly #a: Watched;
  readonly #b: Watched;
  readonly #out: BitPlane;

  constructor(
    backend: ScoringBackend,
    op: "and" | "or",
    [a, b]: readonly [ConditionPlanes, ConditionPlanes],
    out: BitPlane,
  ) {
    this.#backend = backend;
    this.#op = op;
    this.#a = new Watched(a);
    this.#b = new Watched(b);
    this.#out = out;
  }

  at(digits: Int32Array): BitPlane {
    const changedA = this.#a.read(digits);
    const changedB = this.#b.read(digits);
    if (changedA || changedB) {
      this.#backend.combine(this.#op, this.#a.plane, this.#b.plane, this.#out);
      this.version++;
    }
    return this.#out;
  }
}

/** Where a condition does not hold. */
export class OppositePlanes implements ConditionPlanes {
  version = 0;
  readonly #backend: ScoringBackend;
  readonly #of: Watched;
  readonly #out: BitPlane;

  constructor(backend: ScoringBackend, of: ConditionPlanes, out: BitPlane) {
    this.#backend = backend;
    this.#of = new Watched(of);
    this.#out = out;
  }

  at(digits: Int32Array): BitPlane {
    if (this.#of.read(digits)) {
      this.#backend.not(this.#of.plane, this.#out);
      this.version++;
    }
    return this.#out;
  }
}
