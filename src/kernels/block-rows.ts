import type { SeriesRef } from "../core/signals/atom.ts";
import type { PlaneSource, WindowMean } from "../core/signals/plane-source.ts";
import { seriesKey } from "../core/signals/series-key.ts";
import { meanOf } from "../core/signals/series-mean.ts";
import { PAIR_ROWS, ROW_BYTES } from "../core/stages/scorer-caches.ts";
import type { KernelMemory } from "./kernel-memory.ts";
import type { KernelExports } from "./kernel-module.ts";
import type { TickSums } from "./tick-sums.ts";
import type { WasmBackend } from "./wasm-backend.ts";

export const BLOCK_BARS = 512;
/**
 * Rows begin this far apart, so that those of one bar do not all fall into one set of the cache.
 */
const VALUE_STRIDE = BLOCK_BARS + 8;
const NUMBER_BYTES = 8;
const KEY_BYTES = 2;
/** Of assembly/row-means.ts. */
const MEAN_BYTES = 32;

/** A row that kernels compute from exact sums. */
interface MeanRow {
  readonly sumsAt: number;
  readonly window: number;
  readonly scale: number;
  /** No mean is further from 0, in units of a sum. */
  readonly largest: number;
}

/** Or one that is copied from a series of the range. */
type Row = MeanRow | { readonly series: Float64Array };

/** All rows of a batch are means over the same sums, with keys that prove their order. */
interface OneSource extends KeyGrid {
  readonly sumsAt: number;
  readonly longest: number;
}

/** What keys of means are made with: see assembly/row-means.ts. */
interface KeyGrid {
  /** Added to a mean, it rounds that to a multiple of 2^-t. */
  readonly grid: number;
  /** Keys to a unit of a sum, at most: none is further than 2^31 from the middle. */
  readonly mostKeys: number;
}

const FINEST_GRID = 20;

/**
 * A mean of `window` values in whole units is a multiple of 1 / window, and half way between two
 * multiples of 2^-t is none, nor is one nearer than 1 / (window * 2^(t + 1)), where 2^t is no less
 * than the window. What is computed of the mean is wrong by 2^-52 of it, or a bit more. So t is as
 * large as leaves that below half of the distance; null where no t does.
 */
function keyGrid(longest: number, largest: number): KeyGrid | null {
  const units = Math.max(largest, 1);
  const room = Math.floor(50 - Math.log2(units * longest));
  const t = Math.min(FINEST_GRID, room);
  if (2 ** t < longest) return null;
  return { grid: 1.5 * 2 ** (52 - t), mostKeys: 2 ** 29 / units };
}

const NO_KEYS: KeyGrid = { grid: 0, mostKeys: 0 };

function oneSource(means: readonly MeanRow[], rows: number): OneSource | null {
  const [first] = means;
  if (means.length < rows || first === undefined) return null;
  const { sumsAt, largest } = first;
  if (means.some((mean) => mean.sumsAt !== sumsAt)) return null;
  const longest = Math.max(...means.map(({ window }) => window));
  const keys = keyGrid(longest, largest);
  return keys && { ...keys, sumsAt, longest };
}

/**
 * Series of a sweep, a block of bars at a time: no more of them than a block is ever in memory,
 * where they are means of windows. Each distinct series is one row.
 */
export class BlockRows {
  readonly #memory: KernelMemory;
  readonly #kernels: KernelExports;
  readonly #source: PlaneSource;
  /** First bar of the range in the candles, and bars of the range. */
  readonly #firstBar: number;
  readonly #bars: number;
  readonly #refs: SeriesRef[] = [];
  readonly #numbers = new Map<string, number>();
  /** By price source, one of the series that are means of it. */
  readonly #means = new Map<string, WindowMean>();
  readonly #sums: TickSums;
  #values: Float64Array = new Float64Array(0);
  #keysAt = 0;
  #midAt = 0;
  #scaleAt = 0;
  #flatAt = 0;
  #meansAt = 0;
  #known: Int32Array = new Int32Array(0);
  /** The rows of the batch at hand. */
  #rows: Row[] = [];
  #oneSource: OneSource | null = null;

  constructor(
    { memory, kernels, tickSums }: Pick<WasmBackend, "memory" | "kernels" | "tickSums">,
    source: PlaneSource,
    range: { readonly firstBar: number; readonly bars: number },
  ) {
    this.#memory = memory;
    this.#kernels = kernels;
    this.#source = source;
    this.#sums = tickSums;
    this.#firstBar = range.firstBar;
    this.#bars = range.bars;
  }

  /** Number of distinct series. */
  get count(): number {
    return this.#refs.length;
  }

  /** The number of a series, the same for equal ones. */
  add(ref: SeriesRef): number {
    const key = seriesKey(ref);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#refs.push(ref) - 1;
      this.#numbers.set(key, number);
      const source = meanOf(ref)?.source;
      if (source !== undefined) this.#means.set(source, this.#source.windowMean(ref)!);
    }
    return number;
  }

  /** To be called once all series are known; false where they do not fit. */
  allocate(): boolean {
    const kept = this.#refs.filter((ref) => this.#summed(ref) === null).length;
    const tooMany = this.count > PAIR_ROWS;
    if (tooMany || kept * this.#bars * NUMBER_BYTES > ROW_BYTES) return false;
    this.#values = this.#memory.float64(this.count * VALUE_STRIDE);
    this.#keysAt = this.#memory.uint8(this.count * BLOCK_BARS * KEY_BYTES).byteOffset;
    this.#midAt = this.#memory.float64(BLOCK_BARS).byteOffset;
    this.#scaleAt = this.#memory.float64(BLOCK_BARS).byteOffset;
    this.#flatAt = this.#memory.int32(BLOCK_BARS / 32).byteOffset;
    this.#meansAt = this.#memory.uint8(this.count * MEAN_BYTES).byteOffset;
    this.#known = this.#memory.int32(this.count);
    return true;
  }

  /** Takes the series with these numbers for a batch: row i is `numbers[i]`. */
  choose(numbers: readonly number[]): void {
    const { useRows, useMeans, setMean } = this.#kernels;
    this.#rows = numbers.map((number) => this.#row(this.#refs[number]));
    const means = this.#rows.filter((row) => "sumsAt" in row);
    this.#oneSource = oneSource(means, this.#rows.length);
    if (this.#oneSource !== null) {
      for (const [r, { window, scale }] of means.entries()) {
        setMean(this.#meansAt, r, window, scale);
      }
    }
    useRows(this.#keysAt, this.#flatAt);
    this.#known.fill(0);
    const { grid, mostKeys } = this.#oneSource ?? NO_KEYS;
    const valuesAt = this.#values.byteOffset;
    const rowBytes = VALUE_STRIDE * NUMBER_BYTES;
    useMeans(this.#meansAt, valuesAt, rowBytes, this.#known.byteOffset, grid, mostKeys);
  }

  /** Lets go of the batch's series. */
  clear(): void {
    this.#rows = [];
  }

  /** Computes the block that begins at bar `from` of the range: values, keys and flat bars. */
  read(from: number): void {
    const bars = Math.min(BLOCK_BARS, this.#bars - from);
    const before = this.#firstBar + from;
    const one = this.#oneSource;
    if (one !== null && bars === BLOCK_BARS && before >= one.longest) {
      const newestAt = one.sumsAt + (before + 1) * NUMBER_BYTES;
      const { meanKeys } = this.#kernels;
      meanKeys(this.#rows.length, newestAt, one.longest, ...this.#rooms);
    } else {
      this.#readValues(from, before, bars);
    }
  }

  /** The same where rows have several sources, or bars without a value. */
  #readValues(from: number, before: number, bars: number): void {
    const { tickMeans, padRows, rowKeys, haveValues } = this.#kernels;
    const rowBytes = VALUE_STRIDE * NUMBER_BYTES;
    const valuesAt = this.#values.byteOffset;
    this.#rows.forEach((row, r) => {
      if ("series" in row) {
        this.#values.set(row.series.subarray(from, from + bars), r * VALUE_STRIDE);
      } else {
        const sumsAt = row.sumsAt + before * NUMBER_BYTES;
        tickMeans(sumsAt, before, row.window, row.scale, bars, valuesAt + r * rowBytes);
      }
    });
    const count = this.#rows.length;
    if (bars < BLOCK_BARS) padRows(count, valuesAt, rowBytes, bars, BLOCK_BARS);
    rowKeys(count, BLOCK_BARS, valuesAt, rowBytes, ...this.#rooms);
    haveValues();
  }

  get #rooms() {
    return [this.#keysAt, this.#midAt, this.#scaleAt, this.#flatAt] as const;
  }

  #row(ref: SeriesRef): Row {
    const mean = this.#summed(ref);
    if (mean === null) return { series: this.#source.series(ref) };
    const { sums, window } = mean;
    const { scale, largestTick: largest } = sums;
    return { sumsAt: this.#sums.at(mean), window, scale, largest };
  }

  /** What a row is the mean of, where kernels compute it. */
  #summed(ref: SeriesRef): WindowMean | null {
    const mean = this.#source.windowMean(ref) ?? this.#barMean(ref);
    return mean !== null && this.#sums.serve(mean) ? mean : null;
  }

  /** A price is the mean of one bar, where its sums are there for others. */
  #barMean(ref: SeriesRef): WindowMean | null {
    const mean = ref.kind === "price" ? this.#means.get(ref.source) : undefined;
    return mean === undefined ? null : { ...mean, window: 1 };
  }
}
