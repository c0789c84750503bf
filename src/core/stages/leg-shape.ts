import { MAX_LEVELS } from "../execution/level-legs.ts";
import type { Grid } from "../grid/grid.ts";
import { withDefaults } from "../parameter.ts";
import type { Atom, AtomPair, Comparison, SeriesRef } from "../signals/atom.ts";
import {
  type ComparisonTemplate,
  type ConditionTemplate,
  chooseAtom,
  chooseSeries,
  isNumber,
  templateAxes,
} from "../signals/condition.ts";
import { findRule } from "../signals/registry.ts";
import { chooseBy, operandAxes, resolveOperand } from "./signal-planes.ts";
import type { Binding, SignalBinding, Sweep } from "./sweep.ts";

/** The comparison of one side whose level varies. */
export interface LegSide {
  /** The axis that its level depends on; null where it has one level. */
  readonly axis: number | null;
  /** Axes of the series that is compared, ascending. */
  readonly axes: readonly number[];
  /** What is compared; absent where the gate says all, and the leg holds at every bar. */
  readonly series?: (digits: ArrayLike<number>) => SeriesRef;
}

/**
 * Variants whose two sides have the same comparisons, each with the level of its own digit. The
 * digits' levels and what is compared are the same all over the grid.
 */
export interface LegClass {
  readonly long: LegLevels;
  readonly short: LegLevels;
  /** Whether a variant with these digits of the two axes belongs here. */
  has(longDigit: number, shortDigit: number): boolean;
}

/** Levels of one comparison, loosest first. */
export interface LegLevels {
  readonly op: Comparison;
  readonly levels: Float64Array;
  /** Which digit of the side's axis each level is of. */
  readonly digits: readonly number[];
}

/**
 * Each side is a comparison of a series with a level on an axis of its own, AND a gate that depends
 * on neither axis.
 */
export interface LegShape {
  readonly kind: "legs";
  readonly long: LegSide;
  readonly short: LegSide;
  readonly classes: readonly LegClass[];
  /** What else the sides ask for: the other signals, or conditions of each side. */
  readonly gate:
    | { readonly signals: readonly SignalBinding[] }
    | {
        /** Absent where the strategy lacks the side. */
        readonly long: readonly ConditionTemplate[] | undefined;
        readonly short: readonly ConditionTemplate[] | undefined;
      };
  /** Whether the sides of one variant never hold together, whatever the market does. */
  readonly exclusive: boolean;
}

/** A class with fewer variants than this share of its rectangle is not worth a panel. */
const LEAST_SHARE = 1 / 4;

/** Null where the strategy has another shape. */
export function legShape(sweep: Sweep, grid: Grid): LegShape | null {
  const shape = sweep.expressions === undefined ? bandLegs(sweep, grid) : writtenLegs(sweep, grid);
  if (shape === null || shape.classes.length === 0) return null;
  const own = [shape.long.axis, shape.short.axis].filter((axis) => axis !== null);
  return own.length === 0 ? null : shape;
}

/** The band whose levels have most combinations; the other signals are the gate. */
function bandLegs(sweep: Sweep, grid: Grid): LegShape | null {
  const lengthOf = (binding: Binding | undefined) => axisLength(sweep, binding);
  const pairs = (signal: SignalBinding) =>
    signal.rule === "band" ? lengthOf(signal.params.long) * lengthOf(signal.params.short) : 0;
  const [band] = sweep.signals.toSorted((a, b) => pairs(b) - pairs(a));
  if (band === undefined || pairs(band) < 2) return null;
  const { of } = band.operands;
  const series = (digits: ArrayLike<number>) => resolveOperand(sweep, of, chooseBy(grid, digits));
  const axes = operandAxes(sweep, of);
  const side = (name: "long" | "short"): LegSide => ({
    axis: axisOf(band.params[name]),
    axes,
    series,
  });
  const [long, short] = [side("long"), side("short")];
  const rule = findRule(band.rule)!;
  const operands = {
    of: resolveOperand(
      sweep,
      of,
      chooseBy(
        grid,
        grid.axes.map(() => 0),
      ),
    ),
  };
  const defaults = withDefaults(rule.params, {});
  // The comparisons are the same for every series.
  const atoms = (longDigit: number, shortDigit: number) => {
    const value = (name: "long" | "short", digit: number) => {
      const binding = band.params[name];
      if (binding === undefined) return defaults[name];
      return "axis" in binding ? grid.value(binding.axis, digit) : binding.value;
    };
    const levels = { long: value("long", longDigit), short: value("short", shortDigit) };
    return rule.atoms(operands, levels);
  };
  return {
    kind: "legs",
    long,
    short,
    classes: classesOf(lengthOf(band.params.long), lengthOf(band.params.short), atoms),
    gate: { signals: sweep.signals.filter((signal) => signal !== band) },
    // A rule keeps its sides apart.
    exclusive: true,
  };
}

/** Conditions without exits, one of them with a comparison that has an axis of its own. */
function writtenLegs(sweep: Sweep, grid: Grid): LegShape | null {
  const { long, short, exitLong, exitShort } = sweep.expressions ?? {};
  if (exitLong !== undefined || exitShort !== undefined) return null;
  const parts = { long: long && partsOf(long), short: short && partsOf(short) };
  const all = [...(parts.long ?? []), ...(parts.short ?? [])];
  const legs = { long: legOf(sweep, parts.long, all), short: legOf(sweep, parts.short, all) };
  const count = (leg: WrittenLeg | null) => (leg === null ? 1 : grid.axes[leg.axis].values.length);
  const digits = new Int32Array(grid.axes.length);
  const atomsOf = (leg: WrittenLeg | null) =>
    Array.from({ length: count(leg) }, (_, digit): Atom => {
      if (leg === null) return ALWAYS;
      digits[leg.axis] = digit;
      return chooseAtom(leg.template, chooseBy(grid, digits));
    });
  const [longAtoms, shortAtoms] = [atomsOf(legs.long), atomsOf(legs.short)];
  const atoms = (longDigit: number, shortDigit: number): AtomPair => ({
    long: longAtoms[longDigit],
    short: shortAtoms[shortDigit],
  });
  const side = (leg: WrittenLeg | null): LegSide => {
    if (leg === null) return { axis: null, axes: [] };
    const { left } = leg.template;
    const series = (chosen: ArrayLike<number>) => chooseSeries(left, chooseBy(grid, chosen));
    return { axis: leg.axis, axes: templateAxes(left), series };
  };
  const others = (side: "long" | "short") =>
    parts[side]?.filter((part) => part !== legs[side]?.template);
  return {
    kind: "legs",
    long: side(legs.long),
    short: side(legs.short),
    classes: classesOf(count(legs.long), count(legs.short), atoms),
    gate: { long: others("long"), short: others("short") },
    exclusive: false,
  };
}

interface WrittenLeg {
  readonly axis: number;
  readonly template: ComparisonTemplate;
}

/** Stands for the leg of a side that has none: one level, at all bars. */
const ALWAYS: Atom = { left: { kind: "price", source: "close" }, op: ">", right: 0 };

/** The comparison of a series with a level on an axis that nothing else reads, the longest axis. */
function legOf(
  sweep: Sweep,
  parts: readonly ConditionTemplate[] = [],
  all: readonly ConditionTemplate[],
): WrittenLeg | null {
  let best: WrittenLeg | null = null;
  let length = 1;
  for (const template of parts) {
    if (template.kind !== "compare" || !isNumber(template.right)) continue;
    const [axis, ...more] = templateAxes(template.right);
    if (axis === undefined || more.length > 0) continue;
    const others = all.filter((part) => part !== template);
    if ([template.left, ...others].flatMap(templateAxes).includes(axis)) continue;
    const values = sweep.axes[axis].values.length;
    if (values <= length) continue;
    best = { axis, template };
    length = values;
  }
  return best;
}

/** The parts of an AND, whatever its grouping. */
function partsOf(template: ConditionTemplate): ConditionTemplate[] {
  return template.kind === "and" ? template.of.flatMap(partsOf) : [template];
}

/** Sorts pairs of levels by their comparisons. */
function classesOf(
  rows: number,
  columns: number,
  atoms: (longDigit: number, shortDigit: number) => AtomPair,
): LegClass[] {
  if (rows > MAX_LEVELS || columns > MAX_LEVELS) return [];
  const found: FoundClass[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const { long, short } = atoms(row, column);
      let one = found.find((known) => known.long.op === long.op && known.short.op === short.op);
      if (one === undefined) {
        one = {
          long: new LevelMap(long.op, rows),
          short: new LevelMap(short.op, columns),
          cells: new Uint8Array(rows * columns),
          count: 0,
        };
        found.push(one);
      }
      const kept = one.long.keeps(row, long.right) && one.short.keeps(column, short.right);
      if (!kept || isRefined(long) || isRefined(short)) continue;
      one.cells[row * columns + column] = 1;
      one.count++;
    }
  }
  return found.flatMap(({ long, short, cells, count }) => {
    if (count < LEAST_SHARE * long.size * short.size) return [];
    const has = (row: number, column: number) => cells[row * columns + column] === 1;
    return [{ long: long.sorted(), short: short.sorted(), has }];
  });
}

interface FoundClass {
  readonly long: LevelMap;
  readonly short: LevelMap;
  /** By pair of levels: 1 where it is of the class. */
  readonly cells: Uint8Array;
  count: number;
}

function isRefined({ and, unless, holdWhile }: Atom): boolean {
  return and !== undefined || unless !== undefined || holdWhile !== undefined;
}

/** Levels by digit, as long as each digit has one. */
class LevelMap {
  readonly op: Comparison;
  /** By digit; NaN where it has none. */
  readonly #levels: Float64Array;

  constructor(op: Comparison, digits: number) {
    this.op = op;
    this.#levels = new Float64Array(digits).fill(Number.NaN);
  }

  get size(): number {
    return this.#digits().length;
  }

  /** Whether the digit has this level. */
  keeps(digit: number, level: SeriesRef | number): boolean {
    if (typeof level !== "number") return false;
    if (Number.isNaN(this.#levels[digit])) this.#levels[digit] = level;
    return this.#levels[digit] === level;
  }

  sorted(): LegLevels {
    const upward = this.op === ">" || this.op === ">=";
    const levels = this.#levels;
    const digits = this.#digits().sort((a, b) => (upward ? 1 : -1) * (levels[a] - levels[b]));
    return { op: this.op, levels: Float64Array.from(digits, (digit) => levels[digit]), digits };
  }

  #digits(): number[] {
    return [...this.#levels.keys()].filter((digit) => !Number.isNaN(this.#levels[digit]));
  }
}

function axisOf(binding: Binding | undefined): number | null {
  return binding !== undefined && "axis" in binding ? binding.axis : null;
}

function axisLength(sweep: Sweep, binding: Binding | undefined): number {
  const axis = axisOf(binding);
  return axis === null ? 1 : sweep.axes[axis].values.length;
}
