import { complaint, UserError } from "../user-error.ts";
import { RuledRuns } from "./bucket-runs.ts";
import type { ColumnBlock } from "./column-block.ts";
import type { AxisValue, StageGrid } from "./stage-grid.ts";

/** Which values an axis may have: those listed, and those within the bounds. */
export interface ParameterRule {
  readonly name: string;
  readonly values?: readonly AxisValue[];
  readonly min?: number;
  readonly max?: number;
}

/** Bounds of a metric, both inclusive; an undefined value is within none. */
export interface MetricRule {
  /** Position of the metric's column. */
  readonly column: number;
  readonly min?: number;
  readonly max?: number;
}

export interface FilterRules {
  readonly parameters?: readonly ParameterRule[];
  readonly metrics?: readonly MetricRule[];
}

interface Mask {
  /** The digit of an axis is the bucket. */
  readonly runs: RuledRuns;
  /** One byte a value of the axis. */
  readonly allowed: Uint8Array;
}

/** Which variants of a stage are looked at: all rules have to hold. */
export class VariantFilter {
  readonly #masks: readonly Mask[];
  readonly #metrics: readonly MetricRule[];

  /** Throws UserError for an axis that is not there and a value that it does not have. */
  constructor(grid: StageGrid, { parameters = [], metrics = [] }: FilterRules = {}) {
    this.#masks = parameters.map((rule, i) => maskOf(grid, rule, `where.parameters[${i}]`));
    this.#metrics = metrics;
  }

  /** Whether it takes every variant. */
  get isOpen(): boolean {
    return this.#masks.length === 0 && this.#metrics.length === 0;
  }

  /** Clears the marks of variants for which a rule does not hold. */
  narrow({ from, columns }: ColumnBlock, keep: Uint8Array): void {
    for (const { runs, allowed } of this.#masks) {
      const { count, buckets, ends } = runs.over(from, keep.length);
      for (let r = 0, i = 0; r < count; r++) {
        const mark = allowed[buckets[r]];
        for (; i < ends[r]; i++) keep[i] &= mark;
      }
    }
    for (const { column, min, max } of this.#metrics) {
      const values = columns[column];
      const [low, high] = [min ?? -Number.MAX_VALUE, max ?? Number.MAX_VALUE];
      // False for NaN and for infinities, whatever the bounds.
      for (let i = 0; i < keep.length; i++)
        if (!(values[i] >= low && values[i] <= high)) keep[i] = 0;
    }
  }
}

function maskOf(grid: StageGrid, rule: ParameterRule, path: string): Mask {
  const axis = knownAxis(grid, rule.name, `${path}.name`);
  const { values } = grid.axes[axis];
  for (const value of rule.values ?? []) {
    if (values.includes(value)) continue;
    const bound = values.slice(0, 20).map((known) => known ?? "off");
    const message = `the axis ${rule.name} does not have this value`;
    throw new UserError("VALIDATION", complaint(`${path}.values`, message, value ?? "off", bound));
  }
  const { min, max } = rule;
  const isWithin = (value: AxisValue) => {
    if (rule.values !== undefined && !rule.values.includes(value)) return false;
    if (min === undefined && max === undefined) return true;
    if (typeof value !== "number") return false;
    return (min === undefined || value >= min) && (max === undefined || value <= max);
  };
  return {
    runs: new RuledRuns(grid, { offset: 0, terms: [{ axis, weight: 1 }] }),
    allowed: Uint8Array.from(values, (value) => (isWithin(value) ? 1 : 0)),
  };
}

/** Place of an axis. Throws UserError that names those there are. */
export function knownAxis(grid: StageGrid, name: string, path: string): number {
  const axis = grid.axisIndex(name);
  if (axis >= 0) return axis;
  const bound = grid.axes.map((known) => known.name).join(", ") || "there are none";
  const message = `is not an axis of ${grid.stage}`;
  throw new UserError("VALIDATION", complaint(path, message, name, bound));
}
