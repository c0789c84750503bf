import { LONG, SHORT } from "../core/execution/account.ts";
import type { Grid } from "../core/grid/grid.ts";
import { SubGrid } from "../core/grid/sub-grid.ts";
import { rankingValue } from "../core/metrics/ranking-values.ts";
import { Days } from "../core/series/days.ts";
import type { BatchEngine, BatchSize, BatchTask } from "../core/stages/batch-engine.ts";
import type { RowSource } from "../core/stages/pair-rows.ts";
import { PAIR_BATCH, PAIR_DAY_BYTES } from "../core/stages/scorer-caches.ts";
import type { PairShape } from "../core/stages/strategy-shape.ts";
import { BLOCK_BARS, BlockRows } from "./block-rows.ts";
import type { TradedSides } from "./rules-layout.ts";
import { writeRules } from "./rules-layout.ts";
import { SUMS, SumsView, WATCH_DAYS, watchTogether } from "./variant-sums.ts";
import type { WasmBackend } from "./wasm-backend.ts";

/** Sizes of assembly/variant-state.ts. */
const BASIC_BYTES = 32;
const WATCHED_BYTES = 144;
/** A row costs about as much as a variant; so many of them make rows cheap. */
const VARIANTS_A_ROW = 32;
/** Variants times bars that take some tenths of a second. */
const LONG_VARIANT_BARS = 1e9;
/** Variants whose sums are asked for at once; at most 512. */
const CLOSED_AT_ONCE = 128;
/** Variants between two looks at whether to stop: about half a millisecond. */
const VARIANTS_A_LOOK = 2_048;

/**
 * Scores pairs of rows block by block, all variants of a batch within a block: its rows stay in the
 * cache, and none is ever there as a whole. See assembly/pair-block.ts; the readable twin is
 * core/stages/readable-pair-engine.ts.
 */
export class WasmPairEngine implements BatchEngine {
  readonly size: BatchSize;
  readonly #backend: WasmBackend;
  readonly #task: BatchTask<PairShape>;
  readonly #rows: BlockRows;
  /** Rows of both operands; the first one is above where the first side is signalled. */
  readonly #left: Family;
  readonly #right: Family;
  readonly #bars: number;
  readonly #watch: number;
  readonly #lastBars: Int32Array;
  readonly #rulesAt: number;
  readonly #twoSided: boolean;
  readonly #roomAt: number;
  readonly #sums: Float64Array;
  readonly #sumsView: SumsView;
  #batch: BatchRoom | null = null;

  /** Null where the rows do not fit. */
  static of(backend: WasmBackend, task: BatchTask<PairShape>): WasmPairEngine | null {
    const { left, right, long, short } = task.shape;
    if (!long && !short) return null;
    const { sweep } = task;
    const range = { firstBar: sweep.firstBar, bars: sweep.lastBar - sweep.firstBar };
    const rows = new BlockRows(backend, task.source, range);
    const families = [left, right].map((source) => familyOf(task, source, rows));
    if (!rows.allocate()) return null;
    return new WasmPairEngine(backend, task, rows, long ? families : families.reverse());
  }

  private constructor(
    backend: WasmBackend,
    task: BatchTask<PairShape>,
    rows: BlockRows,
    [left, right]: readonly Family[],
  ) {
    const { memory, market, kernels } = backend;
    const { long, short } = task.shape;
    this.#backend = backend;
    this.#task = task;
    this.#rows = rows;
    this.#left = left;
    this.#right = right;
    this.#bars = market.close.length;
    this.#watch = watchTogether(task.metrics);
    this.#twoSided = long && short;
    const sides: TradedSides = { first: long ? LONG : SHORT, second: long && short ? SHORT : null };
    this.#rulesAt = writeRules(memory, backend.rules, sides);
    this.#roomAt = memory.uint8(kernels.pairRoomBytes()).byteOffset;
    this.#sums = memory.float64(CLOSED_AT_ONCE * SUMS.length);
    this.#sumsView = new SumsView(this.#sums);
    const days = this.#watchesDays ? new Days(market.openTimes, market.timeframeMs) : null;
    this.#lastBars = memory.int32(days?.count ?? 0);
    if (days !== null) this.#lastBars.set(days.lastBar);
    const byDays = Math.floor(PAIR_DAY_BYTES / Math.max(1, this.#changeBytes));
    const most = Math.max(2, Math.min(PAIR_BATCH, byDays));
    const least = Math.min(most, rows.count * VARIANTS_A_ROW);
    this.size = { least, most, isLong: most * this.#bars > LONG_VARIANT_BARS };
  }

  score(variants: Float64Array, out: Float64Array, stop: (done: number) => boolean): boolean {
    const { kernels } = this.#backend;
    const { clock } = this.#task;
    const count = variants.length;
    this.#open(variants);
    let left = count;
    for (let bar = 0; bar < this.#bars && left > 0; bar += BLOCK_BARS) {
      const scoring = clock.enter("indicators");
      this.#rows.read(bar);
      kernels.openBlock(bar);
      clock.back(scoring);
      let ruined = 0;
      for (let place = 0; place < left; place += VARIANTS_A_LOOK) {
        const share = place / left;
        if (stop((bar + share * BLOCK_BARS) / (this.#bars + BLOCK_BARS))) return false;
        const end = Math.min(left, place + VARIANTS_A_LOOK);
        ruined += kernels.scorePairs(place, end, count, bar);
      }
      if (ruined > 0) left = kernels.dropRuined(left);
    }
    this.#rows.clear();
    const scoring = clock.enter("metrics");
    this.#close(count, out);
    clock.back(scoring);
    return true;
  }

  /** A daily return a day, where the metrics ask for more than sums of them. */
  get #changeBytes(): number {
    return this.#task.metrics.includes("sharpe") ? this.#lastBars.length * 8 : 0;
  }

  get #watchesDays(): boolean {
    return (this.#watch & WATCH_DAYS) !== 0;
  }

  /** Finds the rows of a batch. */
  #open(variants: Float64Array): void {
    const { kernels, close } = this.#backend;
    const { room, rows } = this.#pair(variants);
    kernels.usePairs(
      this.#roomAt,
      this.#rulesAt,
      close.byteOffset,
      this.#bars,
      this.#watch,
      Number(this.#twoSided),
      this.#lastBars.length,
      this.#lastBars.byteOffset,
    );
    // The trade scorer's market is no longer the one that the kernels hold.
    this.#backend.active = null;
    const { order, pairs, states, changes } = room;
    kernels.useBatch(
      order.byteOffset,
      pairs.byteOffset,
      states.byteOffset,
      this.#stateBytes,
      this.#changeBytes === 0 ? 0 : changes.byteOffset,
      variants.length + 1,
    );
    this.#rows.choose(rows);
    kernels.openBatch(variants.length);
  }

  /** Numbers the rows of a batch in the order in which its variants need them, and pairs them. */
  #pair(variants: Float64Array) {
    const { grid } = this.#task.space;
    const room = this.#room(variants.length);
    const from = variants[0] ?? 0;
    const span = (variants.at(-1) ?? from) + 1 - from;
    const above = rowsOf(this.#left, grid, from, span);
    const below = rowsOf(this.#right, grid, from, span);
    const places = new Int32Array(this.#rows.count).fill(-1);
    const rows: number[] = [];
    const { pairs } = room;
    for (let variant = 0; variant < variants.length; variant++) {
      const i = variants[variant] - from;
      if (places[above[i]] < 0) places[above[i]] = rows.push(above[i]) - 1;
      if (places[below[i]] < 0) places[below[i]] = rows.push(below[i]) - 1;
      pairs[variant] = places[above[i]] | (places[below[i]] << 16);
    }
    return { room, rows };
  }

  get #stateBytes(): number {
    return this.#watch === 0 ? BASIC_BYTES : WATCHED_BYTES;
  }

  /** Room for so many variants and a spare one; at first for the largest batch that is wanted. */
  #room(wanted: number): BatchRoom {
    if (this.#batch !== null && this.#batch.variants >= wanted) return this.#batch;
    const { memory } = this.#backend;
    const variants = Math.max(wanted, Math.min(this.size.most, this.#task.space.count));
    const slots = variants + 1;
    this.#batch = {
      variants,
      order: memory.int32(slots + 1),
      pairs: memory.int32(slots),
      states: memory.uint8(slots * this.#stateBytes),
      changes: memory.float64((slots * this.#changeBytes) / 8, "as it is"),
    };
    return this.#batch;
  }

  /** Turns the sums of a batch into metrics. */
  #close(count: number, out: Float64Array): void {
    const { metrics, sweep } = this.#task;
    const { kernels } = this.#backend;
    const { execution } = sweep;
    const sums = this.#sumsView;
    for (let variant = 0, at = 0; variant < count; variant++) {
      const among = variant % CLOSED_AT_ONCE;
      const together = Math.min(CLOSED_AT_ONCE, count - variant);
      if (among === 0) kernels.closePairs(variant, together, this.#sums.byteOffset);
      sums.at = among * SUMS.length;
      for (let m = 0; m < metrics.length; m++) {
        out[at++] = rankingValue(metrics[m], sums, execution);
      }
    }
  }
}

/** Rows of an operand by the combination of its axes. */
interface Family {
  readonly grid: SubGrid;
  readonly rows: Int32Array;
}

/** The row of each of so many indices. */
function rowsOf({ grid, rows }: Family, all: Grid, from: number, count: number): Int32Array {
  const numbers = grid.numbers(all, from, new Int32Array(count));
  for (let i = 0; i < count; i++) numbers[i] = rows[numbers[i]];
  return numbers;
}

interface BatchRoom {
  readonly variants: number;
  readonly order: Int32Array;
  readonly pairs: Int32Array;
  readonly states: Uint8Array;
  readonly changes: Float64Array;
}

function familyOf(task: BatchTask, source: RowSource, rows: BlockRows): Family {
  const { axes } = task.space.grid;
  const grid = new SubGrid(axes, source.axes);
  const digits = new Int32Array(axes.length);
  const numbers = Int32Array.from({ length: grid.size }, (_, row) => {
    grid.digits(row, digits);
    return rows.add(source.series(digits));
  });
  return { grid, rows: numbers };
}
