import { findIndicator } from "../indicators/registry.ts";
import type { ParameterValues } from "../parameter.ts";
import { type BitPlane, planeWords } from "../series/bit-plane.ts";
import { ByteLru } from "../series/byte-lru.ts";
import type { CandleView } from "../series/candle-view.ts";
import type { PrefixSum } from "../series/prefix-sum.ts";
import type { ScoringBackend } from "../stages/backend.ts";
import { type PhaseClock, stoppedClock } from "../stages/phase-clock.ts";
import type { Atom, SeriesRef } from "./atom.ts";
import { computeOutputs, resolveSeries } from "./resolve-series.ts";
import { RowsAhead } from "./rows-ahead.ts";
import { operandKey, outputKey, seriesKey } from "./series-key.ts";
import { meanOf } from "./series-mean.ts";
import type { ValueStore } from "./value-store.ts";

/**
 * What keeping a plane or a row costs beside its bits: its key, its view and its place in the
 * look-up.
 */
export const ENTRY_BYTES = 512;

/** A kept plane and its entry. */
export function planeBytes(bars: number): number {
  return planeWords(bars) * 4 + ENTRY_BYTES;
}

/** Bars `[firstBar, lastBar)` of the candles. */
export interface BarRange {
  readonly firstBar: number;
  readonly lastBar: number;
}

/** The mean of a window over exact sums of all candles, from the first bar of the range on. */
export interface WindowMean {
  readonly sums: PrefixSum;
  readonly window: number;
  readonly firstBar: number;
}

export interface PlaneSourceRoom {
  readonly seriesBytes: number;
  readonly planeBytes: number;
  /** Where rows and planes of earlier scorers may be found. */
  readonly store?: ValueStore | undefined;
  /** Hears when indicators and atoms are computed. */
  readonly clock?: PhaseClock;
}

/**
 * Bit planes of atoms over a range, each indicator and each atom computed once while there is room.
 *
 * Planes live in the backend's memory and are used over and over: when the room is full, `makeRoom`
 * takes all of them back at once and starts a new `generation`; planes of an older one must not be
 * used any more. Callers do that between variants. None of this changes a plane.
 */
export class PlaneSource {
  /** Grows each time the planes handed out before become invalid. */
  generation = 0;
  readonly #view: CandleView;
  readonly #range: BarRange;
  readonly #backend: ScoringBackend;
  readonly #outputs: ByteLru<string, readonly Float64Array[]>;
  readonly #planes = new Map<string, BitPlane>();
  /** Planes of this generation and, behind them, those free to use again. */
  readonly #pool: BitPlane[] = [];
  #used = 0;
  /** Where a latch lets go; made when the first one asks. */
  #reset: BitPlane | null = null;
  readonly #maxPlanes: number;
  /** Made when first asked for; null where the backend has none. */
  #ahead: RowsAhead | null | undefined;
  readonly #store: ValueStore | null;
  readonly #clock: PhaseClock;

  /**
   * `planeBytes` bounds the planes that are kept; those of one variant are always there. A store
   * must be that of the view's candles.
   */
  constructor(view: CandleView, range: BarRange, backend: ScoringBackend, room: PlaneSourceRoom) {
    this.#store = room.store ?? null;
    this.#clock = room.clock ?? stoppedClock();
    this.#view = view;
    this.#range = range;
    this.#backend = backend;
    this.#outputs = new ByteLru(room.seriesBytes, (outputs) =>
      outputs.reduce((bytes, output) => bytes + output.byteLength, ENTRY_BYTES),
    );
    const bars = range.lastBar - range.firstBar;
    this.#maxPlanes = Math.floor(room.planeBytes / planeBytes(bars));
  }

  /** To be called before a variant's planes are asked for. */
  makeRoom(): void {
    if (this.#used <= this.#maxPlanes) return;
    this.#planes.clear();
    this.#used = 0;
    this.generation++;
  }

  /** A kept plane. */
  plane(atom: Atom): BitPlane {
    const key = atomKey(atom);
    let plane = this.#planes.get(key);
    if (plane === undefined) {
      plane = this.#take();
      const before = this.#clock.enter("atoms");
      this.#fill(plane, atom, key);
      this.#clock.back(before);
      this.#planes.set(key, plane);
    }
    return plane;
  }

  #fill(plane: BitPlane, atom: Atom, key: string): void {
    const { firstBar, lastBar } = this.#range;
    const stored = `${firstBar} ${lastBar} ${key}`;
    if (this.#store?.planes.load(stored, plane) === true) return;
    this.compute(atom, plane);
    this.#store?.planes.keep(stored, plane);
  }

  /** Computes an atom into a plane of the caller's. */
  compute(atom: Atom, plane: BitPlane): void {
    const right = typeof atom.right === "number" ? atom.right : this.series(atom.right);
    this.#backend.compare(this.series(atom.left), atom.op, right, plane);
    const { and, unless, holdWhile } = atom;
    if (and !== undefined) this.#backend.combine("and", plane, this.plane(and), plane);
    if (unless !== undefined) this.#backend.clear(plane, this.plane(unless));
    if (holdWhile === undefined) return;
    this.#reset ??= this.#backend.plane(this.#range.lastBar - this.#range.firstBar);
    this.#backend.not(this.plane(holdWhile), this.#reset);
    this.#backend.latch(plane, this.#reset, plane);
  }

  /** What a series is the mean of, where it is one. */
  windowMean(ref: SeriesRef): WindowMean | null {
    const mean = meanOf(ref);
    if (mean === undefined) return null;
    const { firstBar } = this.#range;
    return { sums: this.#view.prefixSum(mean.source), window: mean.window, firstBar };
  }

  /**
   * A series over the range. With the series that will be asked for `soon` it may be computed
   * together with them; then it is good until the next one is asked for in this way.
   */
  series(ref: SeriesRef, soon?: Iterable<SeriesRef>): Float64Array {
    const ahead = soon === undefined ? null : this.#rowAhead(ref, soon);
    if (ahead !== null) return ahead.subarray(this.#range.firstBar, this.#range.lastBar);
    const whole = resolveSeries(this.#view, ref, (id, params) => this.#rows(id, params));
    return whole.subarray(this.#range.firstBar, this.#range.lastBar);
  }

  #rowAhead(ref: SeriesRef, soon: Iterable<SeriesRef>): Float64Array | null {
    if (this.#ahead === undefined) {
      // Rows end where the range does: what is behind it would be read as part of it.
      const bars = this.#view.bars;
      const rows = this.#range.lastBar === bars ? this.#backend.strengthRows?.(bars) : null;
      this.#ahead = rows ? new RowsAhead(this.#view, rows, this.#store?.rows ?? null) : null;
    }
    if (this.#ahead === null) return null;
    const before = this.#clock.enter("indicators");
    const row = this.#ahead.row(ref, soon);
    this.#clock.back(before);
    return row;
  }

  #rows(id: string, params: ParameterValues): readonly Float64Array[] {
    const key = outputKey(id, params);
    return this.#outputs.remember(key, () => {
      const before = this.#clock.enter("indicators");
      const rows = this.#newRows(id, params, key);
      this.#clock.back(before);
      return rows;
    });
  }

  #newRows(id: string, params: ParameterValues, key: string): readonly Float64Array[] {
    const rows = this.#store?.rows;
    const stored = rows === undefined ? null : this.#storedRows(rows, id, key);
    if (stored !== null) return stored;
    const computed = computeOutputs(this.#view, id, params);
    for (const [output, row] of computed.entries()) rows?.keep(`${key}.${output}`, row);
    return computed;
  }

  /** All outputs, or null where one is missing. */
  #storedRows(rows: ValueStore["rows"], id: string, key: string): readonly Float64Array[] | null {
    const outputs = findIndicator(id)?.outputs ?? [];
    const stored: Float64Array[] = [];
    for (const output of outputs.keys()) {
      const row = new Float64Array(this.#view.bars);
      if (!rows.load(`${key}.${output}`, row)) return null;
      stored.push(row);
    }
    return stored;
  }

  #take(): BitPlane {
    if (this.#used === this.#pool.length) {
      this.#pool.push(this.#backend.plane(this.#range.lastBar - this.#range.firstBar));
    }
    return this.#pool[this.#used++];
  }
}

function atomKey(atom: Atom): string {
  let key = `${seriesKey(atom.left)} ${atom.op} ${operandKey(atom.right)}`;
  for (const refinement of ["and", "unless", "holdWhile"] as const) {
    const other = atom[refinement];
    if (other !== undefined) key += ` ${refinement} (${atomKey(other)})`;
  }
  return key;
}
