import { LONG, SHORT, type Side } from "../core/execution/account.ts";
import type { RiskAxis } from "../core/execution/level-rows.ts";
import type { KernelMemory } from "./kernel-memory.ts";

type LevelOf = (side: Side, entryFill: number, pct: number) => number;

/** Rows of a kind's hits: bars and factors. */
const HIT_ROWS = 2;

/**
 * One kind of levels as assembly/risk-hits.ts reads it. Kernels number the levels by their
 * distance, those that are off last.
 */
export class RiskLevels {
  /** Position on the axis of each level in the kernels' order. */
  readonly order: readonly number[];
  /** Kernels' number of each position on the axis. */
  readonly rank: readonly number[];
  /** Levels, padded to an even number. */
  readonly columns: number;
  /** Address of the block that the kernels read. */
  readonly at: number;
  readonly #axis: RiskAxis;
  readonly #level: LevelOf;
  /** The block of one level alone. */
  readonly #single: Int32Array;
  readonly #singleMultipliers: Float64Array;

  constructor(memory: KernelMemory, axis: RiskAxis, level: LevelOf) {
    const distance = (position: number) => axis[position] ?? Number.POSITIVE_INFINITY;
    this.#axis = axis;
    this.#level = level;
    this.order = [...axis.keys()].sort((a, b) => distance(a) - distance(b) || a - b);
    this.rank = [...axis.keys()].map((position) => this.order.indexOf(position));
    this.columns = axis.length + (axis.length % 2);
    const on = this.order.flatMap((position) => axis[position] ?? []);
    const multipliers = memory.float64(2 * on.length);
    multipliers.set(this.#multipliers(on));
    const hits = memory.float64(HIT_ROWS * this.columns);
    const rowBytes = this.columns * Float64Array.BYTES_PER_ELEMENT;
    const block = memory.int32(4);
    block.set([on.length, multipliers.byteOffset, hits.byteOffset, rowBytes]);
    this.at = block.byteOffset;
    this.#singleMultipliers = memory.float64(2);
    this.#single = memory.int32(4);
    this.#single.set([0, this.#singleMultipliers.byteOffset, hits.byteOffset, rowBytes]);
  }

  /** Address of a block with the level at `position` of the axis alone; off, it has none. */
  single(position: number): number {
    const pct = this.#axis[position];
    const on = pct === null ? [] : [pct];
    this.#singleMultipliers.set(this.#multipliers(on));
    this.#single[0] = on.length;
    return this.#single.byteOffset;
  }

  /** What levels are of the entry fill: of longs, then of shorts. */
  #multipliers(pcts: readonly number[]): number[] {
    return [LONG, SHORT].flatMap((side) => pcts.map((pct) => this.#level(side as Side, 1, pct)));
  }
}
