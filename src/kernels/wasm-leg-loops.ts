import { LONG, SHORT, type Side } from "../core/execution/account.ts";
import type { GatedLegs, LegPanel, PanelSize } from "../core/execution/leg-panel.ts";
import { type LevelLegs, MAX_LEVELS } from "../core/execution/level-legs.ts";
import { asksReturnOnly, type VariantSums } from "../core/metrics/ranking-values.ts";
import { planeWords } from "../core/series/bit-plane.ts";
import type { Comparison } from "../core/signals/atom.ts";
import { listBytes } from "../core/stages/class-panel.ts";
import type { LegLoops } from "../core/stages/leg-loops.ts";
import type { WasmBackend } from "./wasm-backend.ts";
import { WasmWatchedPanel } from "./wasm-watched-panel.ts";

const BARS_PER_WORD = 64;
/** Zeros before the counts: the kernel reads the count before the first bar. */
const ZEROS_BEFORE = 64;
/** See assembly/leg-leaves.ts. */
const LIST_FIELDS = 2;
/** See assembly/gated-panel.ts. */
const FEW_LEGS = 8;
const BATCH_BYTES = 20_480;
/** Columns are settled eight at a time. */
const COLUMNS_AT_ONCE = 8;

/** Legs that say how often they have been counted anew. */
interface CountedLegs extends LevelLegs {
  counted: number;
}

/** The loops of independent legs in WASM SIMD. */
export class WasmLegLoops implements LegLoops {
  readonly #backend: WasmBackend;
  readonly #levels: Float64Array;
  readonly #bars: number;

  constructor(backend: WasmBackend) {
    this.#backend = backend;
    this.#bars = backend.close.length;
    this.#levels = backend.memory.float64(MAX_LEVELS);
  }

  room(levels: number): CountedLegs {
    const words = planeWords(this.#bars) / 2;
    const bytes = this.#backend.memory.uint8(ZEROS_BEFORE + words * BARS_PER_WORD);
    return {
      levels,
      counts: bytes.subarray(ZEROS_BEFORE),
      changes: this.#backend.plane(this.#bars),
      some: this.#backend.plane(this.#bars),
      counted: 0,
    };
  }

  count(series: Float64Array, op: Comparison, levels: Float64Array, legs: LevelLegs): void {
    (legs as CountedLegs).counted++;
    const upward = op === ">" || op === ">=";
    const sign = upward ? 1 : -1;
    for (let i = 0; i < levels.length; i++) this.#levels[i] = sign * levels[i];
    this.#backend.kernels.countLevels(
      this.#backend.staged(series),
      sign,
      op === ">" || op === "<" ? 1 : 0,
      this.#levels.byteOffset,
      levels.length,
      this.#bars,
      legs.counts.byteOffset,
      legs.changes.byteOffset,
      legs.some.byteOffset,
    );
  }

  panel(size: PanelSize): LegPanel {
    return asksReturnOnly(size.metrics)
      ? new WasmLegPanel(this.#backend, size)
      : new WasmWatchedPanel(this.#backend, size);
  }
}

/** A panel of end cash only, whose accounts lie in kernel memory: see assembly/leg-panel.ts. */
class WasmLegPanel implements LegPanel {
  readonly stride: number;
  readonly #backend: WasmBackend;
  readonly #cash: Float64Array;
  readonly #long: SideRoom;
  readonly #short: SideRoom;
  readonly #isSmall: boolean;
  #batch: Uint8Array | null = null;

  constructor(backend: WasmBackend, { rows, columns }: PanelSize) {
    this.#backend = backend;
    this.stride = Math.ceil(columns / COLUMNS_AT_ONCE) * COLUMNS_AT_ONCE;
    // Rows are settled two at a time, and what is beyond the last column is multiplied by 1.
    this.#cash = backend.memory.float64((rows + 2) * this.stride);
    this.#isSmall = rows <= FEW_LEGS && columns <= FEW_LEGS;
    this.#long = new SideRoom(backend, rows, LONG);
    this.#short = new SideRoom(backend, columns, SHORT);
  }

  cash(place: number): number {
    return this.#cash[place];
  }

  sums(): VariantSums {
    throw new Error("a panel that was made for total return has no other sums");
  }

  settle(long: GatedLegs, short: GatedLegs): void {
    const longAt = this.#long.write(long);
    const shortAt = this.#short.write(short);
    if (this.#isSmall && this.#settleGated(longAt, shortAt)) return;
    const { kernels, rules, rulesAt, close } = this.#backend;
    kernels.settlePanel(
      longAt,
      shortAt,
      close.length,
      rulesAt,
      close.byteOffset,
      this.#cash.byteOffset,
      this.stride,
      rules.startCash,
      rules.ruin,
    );
  }

  #settleGated(longAt: number, shortAt: number): boolean {
    const longList = this.#long.list();
    const shortList = this.#short.list();
    if (longList === null || shortList === null) return false;
    const { kernels, memory, rules, rulesAt, close } = this.#backend;
    this.#batch ??= memory.uint8(BATCH_BYTES, "as it is");
    const done = kernels.settleGated(
      longAt,
      shortAt,
      longList,
      shortList,
      close.length,
      this.#batch.byteOffset,
      rulesAt,
      close.byteOffset,
      this.#cash.byteOffset,
      rules.startCash,
      rules.ruin,
    );
    return done !== 0;
  }
}

/** The fields of one side, in the order of assembly/leg-side.ts, and the list of its steps. */
class SideRoom {
  readonly #backend: WasmBackend;
  readonly #side: Side;
  readonly #fields: Int32Array;
  readonly #count: number;
  readonly #entriesAt: number;
  #list: { readonly fields: Int32Array; readonly room: Uint8Array } | null = null;
  #legs: CountedLegs | null = null;
  /** Which legs the list is of, how often they had been counted, and whether there was room. */
  #listed: CountedLegs | null = null;
  #counted = 0;
  #fits = false;

  constructor(backend: WasmBackend, count: number, side: Side) {
    this.#backend = backend;
    this.#side = side;
    this.#fields = backend.memory.int32(6);
    this.#count = count;
    // Entries are written a batch at a time, from an even number on.
    const entries = backend.memory.float64(count + 2 * COLUMNS_AT_ONCE + 2).fill(1);
    this.#entriesAt = entries.byteOffset;
  }

  write({ legs, gate }: GatedLegs): number {
    this.#fields[0] = legs.counts.byteOffset;
    this.#fields[1] = legs.changes.byteOffset;
    this.#fields[2] = legs.some.byteOffset;
    this.#fields[3] = gate.byteOffset;
    this.#fields[4] = this.#count;
    this.#fields[5] = this.#entriesAt;
    this.#legs = legs as CountedLegs;
    return this.#fields.byteOffset;
  }

  /** Where the list of the legs last written is; null where it is too long. */
  list(): number | null {
    const legs = this.#legs!;
    if (this.#listed !== legs || this.#counted !== legs.counted) this.#fits = this.#writeList();
    this.#listed = legs;
    this.#counted = legs.counted;
    return this.#fits ? this.#list!.fields.byteOffset : null;
  }

  #writeList(): boolean {
    const { kernels, memory, close, rulesAt } = this.#backend;
    this.#list ??= {
      fields: memory.int32(LIST_FIELDS),
      room: memory.uint8(listBytes(close.length), "as it is"),
    };
    const { fields, room } = this.#list;
    const fits = kernels.listLeaves(
      this.#fields.byteOffset,
      rulesAt + this.#side * Float64Array.BYTES_PER_ELEMENT,
      close.length,
      close.byteOffset,
      fields.byteOffset,
      room.byteOffset,
      room.byteLength,
    );
    return fits !== 0;
  }
}
