import type { LegPanel } from "../execution/leg-panel.ts";
import type { LevelLegs } from "../execution/level-legs.ts";
import { SubGrid } from "../grid/sub-grid.ts";
import type { SeriesRef } from "../signals/atom.ts";
import type { BatchTask } from "./batch-engine.ts";
import type { LegGrid } from "./leg-grid.ts";
import type { LegLoops } from "./leg-loops.ts";
import { legsKept } from "./leg-service.ts";
import type { LegClass, LegLevels, LegShape, LegSide } from "./leg-shape.ts";
import type { SignalPlanesOptions } from "./signal-planes.ts";

/** The panel of one class, and the legs of its sides. */
export class ClassPanel {
  readonly panel: LegPanel;
  /** By the panel's cell: position of its account, or -1 where it is of another class. */
  readonly places: Int32Array;
  readonly #long: SideLegs;
  readonly #short: SideLegs;
  readonly #row: PanelRow;

  constructor(
    { long, short, has }: LegClass,
    { sweep, space, shape, source, metrics }: BatchTask<LegShape>,
    { backend }: SignalPlanesOptions,
    grid: LegGrid,
  ) {
    const { cells } = grid;
    const loops = backend.legLoops();
    const bars = sweep.lastBar - sweep.firstBar;
    this.#row = new PanelRow(source);
    const legs = (side: LegSide, levels: LegLevels) => {
      const combinations = new SubGrid(sweep.axes, side.axes);
      const most = legsKept(space.grid, shape, side, bars);
      return new SideLegs(side, levels, { loops, bars, combinations, most, row: this.#row });
    };
    const [rows, columns] = [long.levels.length, short.levels.length];
    const hasPair = (row: number, column: number) => has(long.digits[row], short.digits[column]);
    this.panel = loops.panel({ rows, columns, metrics, has: hasPair });
    this.#long = legs(shape.long, long);
    this.#short = legs(shape.short, short);
    const rowOf = positions(long.digits);
    const columnOf = positions(short.digits);
    this.places = new Int32Array(cells.count);
    for (let cell = 0; cell < cells.count; cell++) {
      const row = cells.longDigits[cell];
      const column = cells.shortDigits[cell];
      const place = rowOf[row] * this.panel.stride + columnOf[column];
      this.places[cell] = has(row, column) ? place : -1;
    }
  }

  /** `soon` are the series of panels that come after it. */
  legs(
    digits: Int32Array,
    soon: Iterable<SeriesRef>,
  ): { readonly long: LevelLegs; readonly short: LevelLegs } {
    this.#row.forget();
    return { long: this.#long.at(digits, soon), short: this.#short.at(digits, soon) };
  }
}

interface SideLegsOptions {
  readonly loops: LegLoops;
  readonly bars: number;
  /** Combinations of the axes of the series. */
  readonly combinations: SubGrid;
  /** Combinations whose legs are kept. */
  readonly most: number;
  readonly row: PanelRow;
}

/** What a panel compares: one row for both sides, where they compare the same series. */
class PanelRow {
  readonly #source: BatchTask["source"];
  #of: LegSide["series"];
  #row: Float64Array = new Float64Array(0);

  constructor(source: BatchTask["source"]) {
    this.#source = source;
  }

  /** Before each panel. */
  forget(): void {
    this.#of = undefined;
  }

  at(
    series: NonNullable<LegSide["series"]>,
    digits: Int32Array,
    soon: Iterable<SeriesRef>,
  ): Float64Array {
    if (this.#of !== series) this.#row = this.#source.series(series(digits), soon);
    this.#of = series;
    return this.#row;
  }
}

/** The legs of one side by the parameters of its series, kept while there is room. */
class SideLegs {
  readonly #side: LegSide;
  readonly #levels: LegLevels;
  readonly #options: SideLegsOptions;
  readonly #kept = new Map<number, LevelLegs>();

  constructor(side: LegSide, levels: LegLevels, options: SideLegsOptions) {
    this.#side = side;
    this.#levels = levels;
    this.#options = options;
  }

  at(digits: Int32Array, soon: Iterable<SeriesRef>): LevelLegs {
    const combination = this.#options.combinations.number(digits);
    let legs = this.#kept.get(combination);
    if (legs === undefined) {
      legs = this.#room();
      this.#kept.set(combination, legs);
      this.#count(digits, legs, soon);
    }
    return legs;
  }

  #room(): LevelLegs {
    if (this.#kept.size < this.#options.most)
      return this.#options.loops.room(this.#levels.levels.length);
    const [[combination, legs]] = this.#kept;
    this.#kept.delete(combination);
    return legs;
  }

  #count(digits: Int32Array, legs: LevelLegs, soon: Iterable<SeriesRef>): void {
    const { loops, row, bars } = this.#options;
    const { op, levels } = this.#levels;
    const { series } = this.#side;
    if (series === undefined) loops.count(new Float64Array(bars), ">=", new Float64Array(1), legs);
    else loops.count(row.at(series, digits, soon), op, levels, legs);
  }
}

/** Lists of two sides are to stay in the cache of a core, or not far from it. */
const MOST_LIST_BYTES = 16 * 2 ** 20;
/** Where a list ends is looked at a word of bars at a time. */
const LEAVES_A_WORD = 66 * 64;

/** Most bytes of what a backend lists of one side's legs; a longer list is done without. */
export function listBytes(bars: number): number {
  return Math.min(bars * 69 + LEAVES_A_WORD, MOST_LIST_BYTES);
}

function positions(digits: readonly number[]): readonly number[] {
  const at: number[] = [];
  for (const [position, digit] of digits.entries()) at[digit] = position;
  return at;
}
