import type { Grid } from "../grid/grid.ts";
import { SubGrid } from "../grid/sub-grid.ts";
import type { BitPlane } from "../series/bit-plane.ts";
import { type ComparisonTemplate, chooseAtom, templateAxes } from "../signals/condition.ts";
import type { PlaneSource } from "../signals/plane-source.ts";
import type { PlanePair } from "./backend.ts";
import type { ConditionPlanes } from "./condition-planes.ts";
import type { PairRows } from "./pair-rows.ts";
import { chooseBy, MAX_PAIRS } from "./signal-planes.ts";

/**
 * One comparison. It depends on the axes that it reads and on no others: axes of other comparisons
 * and of the other side cost nothing here.
 */
class Comparison {
  protected readonly combinations: SubGrid;
  readonly #grid: Grid;
  readonly #template: ComparisonTemplate;

  constructor(grid: Grid, template: ComparisonTemplate) {
    this.#grid = grid;
    this.#template = template;
    this.combinations = new SubGrid(grid.axes, templateAxes(template));
  }

  protected atom(digits: Int32Array) {
    return chooseAtom(this.#template, chooseBy(this.#grid, digits));
  }
}

/** A comparison whose planes are kept by their combination. */
export class KeptPlanes extends Comparison implements ConditionPlanes {
  version = 0;
  readonly #source: PlaneSource;
  readonly #kept = new Map<number, BitPlane>();
  #generation = -1;

  constructor(grid: Grid, template: ComparisonTemplate, source: PlaneSource) {
    super(grid, template);
    this.#source = source;
  }

  at(digits: Int32Array): BitPlane {
    if (this.#generation !== this.#source.generation) {
      this.#generation = this.#source.generation;
      this.#kept.clear();
      this.version++;
    }
    const combination = this.combinations.number(digits);
    let plane = this.#kept.get(combination);
    if (plane === undefined) {
      plane = this.#source.plane(this.atom(digits));
      if (this.#kept.size >= MAX_PAIRS) this.#kept.clear();
      this.#kept.set(combination, plane);
    }
    return plane;
  }
}

/** A comparison with one plane, computed anew for each combination. */
export class ScratchPlanes extends Comparison implements ConditionPlanes {
  version = 0;
  readonly #source: PlaneSource;
  readonly #plane: BitPlane;
  #last = -1;

  constructor(grid: Grid, template: ComparisonTemplate, source: PlaneSource, plane: BitPlane) {
    super(grid, template);
    this.#source = source;
    this.#plane = plane;
  }

  at(digits: Int32Array): BitPlane {
    const combination = this.combinations.number(digits);
    if (combination !== this.#last) {
      this.#last = combination;
      this.#source.compute(this.atom(digits), this.#plane);
      this.version++;
    }
    return this.#plane;
  }
}

/** Two families of rows compared both ways at once: above is one condition, below another. */
export class RowPlanes {
  readonly above: ConditionPlanes;
  readonly below: ConditionPlanes;
  readonly #rows: PairRows;
  readonly #combinations: SubGrid;
  readonly #pair: PlanePair;
  #version = 0;
  #last = -1;

  constructor(rows: PairRows, combinations: SubGrid, pair: PlanePair) {
    this.#rows = rows;
    this.#combinations = combinations;
    this.#pair = pair;
    this.above = this.#side(pair.long);
    this.below = this.#side(pair.short);
  }

  #side(plane: BitPlane): ConditionPlanes {
    const version = () => this.#version;
    return {
      get version() {
        return version();
      },
      at: (digits) => {
        this.#compare(digits);
        return plane;
      },
    };
  }

  #compare(digits: Int32Array): void {
    const combination = this.#combinations.number(digits);
    if (combination === this.#last) return;
    this.#last = combination;
    this.#rows.compare(digits, this.#pair);
    this.#version++;
  }
}
