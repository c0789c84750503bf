import type { Grid } from "../grid/grid.ts";
import { SubGrid } from "../grid/sub-grid.ts";
import {
  type ComparisonTemplate,
  type ConditionTemplate,
  chooseSeries,
  comparesRows,
  templateAxes,
  type ValueTemplate,
} from "../signals/condition.ts";
import { KeptPlanes, RowPlanes, ScratchPlanes } from "./comparison-planes.ts";
import { type ConditionPlanes, JoinedPlanes, OppositePlanes } from "./condition-planes.ts";
import { PairRows, type RowSource } from "./pair-rows.ts";
import { chooseBy, type SignalPlanesOptions } from "./signal-planes.ts";

/**
 * Makes the planes of a sweep's conditions. The planes of a comparison are kept while there is
 * room; where there is not, families of rows are compared pairwise, and the rest is computed anew.
 */
export class ConditionFactory {
  readonly #grid: Grid;
  readonly #planes: SignalPlanesOptions;
  /** By their operands: `a > b` and `a < b` share one comparison of rows. */
  readonly #rows = new Map<string, RowPlanes | null>();

  constructor(grid: Grid, planes: SignalPlanesOptions) {
    this.#grid = grid;
    this.#planes = planes;
  }

  of(template: ConditionTemplate): ConditionPlanes {
    if (template.kind === "compare") return this.#comparison(template);
    const { kind } = template;
    const { backend, newPlane } = this.#planes;
    const parts = template.of.map((part) => ({ part, fastest: templateAxes(part).at(-1) ?? -1 }));
    // The slowest first, so that what is joined already seldom changes. Neither AND nor OR cares.
    parts.sort((a, b) => a.fastest - b.fastest);
    return parts
      .map(({ part }) => this.of(part))
      .reduce((a, b) => new JoinedPlanes(backend, kind, [a, b], newPlane()));
  }

  #comparison(template: ComparisonTemplate): ConditionPlanes {
    const { source, newPlane, maxAtoms } = this.#planes;
    const combinations = new SubGrid(this.#grid.axes, templateAxes(template)).size;
    if (combinations <= maxAtoms) return new KeptPlanes(this.#grid, template, source);
    return this.#paired(template) ?? new ScratchPlanes(this.#grid, template, source, newPlane());
  }

  /** One way of a comparison of rows; null where it is none, or its rows do not fit. */
  #paired(template: ComparisonTemplate): ConditionPlanes | null {
    if (!comparesRows(template)) return null;
    const { left, op, right } = template;
    const rows = this.#rowsOf(left, right);
    if (rows === null) return null;
    if (op === ">") return rows.above;
    if (op === "<") return rows.below;
    return this.#unless(op === "<=" ? rows.above : rows.below, [left, right]);
  }

  /** Where a strict comparison does not hold though both of its operands are defined. */
  #unless(strict: ConditionPlanes, operands: readonly ValueTemplate[]): ConditionPlanes {
    const { source, backend, newPlane } = this.#planes;
    const defined = operands.map((operand) => {
      const isDefined = { kind: "compare", left: operand, op: ">=", right: operand } as const;
      return new KeptPlanes(this.#grid, isDefined, source);
    });
    const parts: ConditionPlanes[] = [...defined, new OppositePlanes(backend, strict, newPlane())];
    return parts.reduce((a, b) => new JoinedPlanes(backend, "and", [a, b], newPlane()));
  }

  #rowsOf(left: ValueTemplate, right: ValueTemplate): Pick<RowPlanes, "above" | "below"> | null {
    const mirrored = this.#rows.get(keyOf(right, left));
    if (mirrored !== undefined) {
      return mirrored === null ? null : { above: mirrored.below, below: mirrored.above };
    }
    const key = keyOf(left, right);
    let rows = this.#rows.get(key);
    if (rows === undefined) {
      rows = this.#rowPlanes(left, right);
      this.#rows.set(key, rows);
    }
    return rows;
  }

  #rowPlanes(left: ValueTemplate, right: ValueTemplate): RowPlanes | null {
    const grid = this.#grid;
    const rowsOf = (operand: ValueTemplate): RowSource => ({
      axes: templateAxes(operand),
      series: (digits) => chooseSeries(operand, chooseBy(grid, digits)),
    });
    const rows = PairRows.of(grid, [rowsOf(left), rowsOf(right)], this.#planes);
    if (rows === null) return null;
    const axes = [...new Set([...templateAxes(left), ...templateAxes(right)])];
    const { newPlane } = this.#planes;
    const pair = { long: newPlane(), short: newPlane() };
    return new RowPlanes(rows, new SubGrid(grid.axes, axes), pair);
  }
}

function keyOf(left: ValueTemplate, right: ValueTemplate): string {
  return `${JSON.stringify(left)} ${JSON.stringify(right)}`;
}
