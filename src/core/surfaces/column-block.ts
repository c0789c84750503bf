import type { StageGrid } from "./stage-grid.ts";
import type { VariantFilter } from "./variant-filter.ts";

/** A contiguous part of a stage's metric columns, all of them of the same length. */
export interface ColumnBlock {
  /** Position of the first value. */
  readonly from: number;
  readonly columns: readonly Float64Array[];
}

/** Sees every block of a stage once, in order. */
export type BlockPass = (block: ColumnBlock) => void;

/**
 * A computation over columns that are too many to hold: each step it yields is a pass that wants to
 * see all blocks. Whoever has the blocks drives it.
 */
export type ColumnWork<T> = Generator<BlockPass, T, void>;

/** Which variants a pass looks at. */
export interface PassChoice {
  readonly grid: StageGrid;
  readonly filter: VariantFilter;
  /** The column in which they have to be defined, if any. */
  readonly definedOf: number | null;
}

/** The variants of a block that were chosen. */
export interface ChosenPlaces {
  /** Their places in the block, ascending. */
  readonly places: Int32Array;
  /** How many of them come before each place, and before the end; null where all were chosen. */
  readonly before: Int32Array | null;
}

/** Called with a block and its chosen places, which the next block overwrites. */
export type ChosenVisit = (block: ColumnBlock, chosen: ChosenPlaces) => void;

/** A pass over the variants of a stage that exist and that the filter takes. */
export function chosenPass({ grid, filter, definedOf }: PassChoice, visit: ChosenVisit): BlockPass {
  const takesAll = grid.isWhole && filter.isOpen;
  let room = new Room(0);
  return (block) => {
    const length = block.columns[0]?.length ?? 0;
    if (room.length < length) room = new Room(length);
    const values = definedOf === null ? null : block.columns[definedOf];
    if (takesAll && (values === null || areDefined(values))) {
      visit(block, { places: room.all.subarray(0, length), before: null });
      return;
    }
    const keep = room.keep.subarray(0, length);
    grid.markExisting(block.from, keep);
    filter.narrow(block, keep);
    if (values !== null) narrowToDefined(values, keep);
    const count = markedPlaces(keep, room);
    const places = room.places.subarray(0, count);
    visit(block, { places, before: count === length ? null : room.before });
  };
}

class Room {
  readonly length: number;
  /** Every place. */
  readonly all: Int32Array;
  readonly keep: Uint8Array;
  readonly places: Int32Array;
  readonly before: Int32Array;

  constructor(length: number) {
    this.length = length;
    this.all = new Int32Array(length);
    for (let i = 0; i < length; i++) this.all[i] = i;
    this.keep = new Uint8Array(length);
    this.places = new Int32Array(length);
    this.before = new Int32Array(length + 1);
  }
}

function areDefined(values: Float64Array): boolean {
  // The difference is 0 but for NaN and infinities.
  for (let i = 0; i < values.length; i++) if (values[i] - values[i] !== 0) return false;
  return true;
}

function narrowToDefined(values: Float64Array, keep: Uint8Array): void {
  for (let i = 0; i < keep.length; i++) if (values[i] - values[i] !== 0) keep[i] = 0;
}

/** Writes the places that are marked with 1, and how many come before each; answers how many. */
function markedPlaces(keep: Uint8Array, { places, before }: Room): number {
  let count = 0;
  for (let i = 0; i < keep.length; i++) {
    before[i] = count;
    places[count] = i;
    count += keep[i];
  }
  before[keep.length] = count;
  return count;
}
