import { strengthSeed } from "../core/indicators/relative-strength.ts";
import { type StrengthRow, type StrengthRows, strengthRoom } from "../core/stages/strength-rows.ts";
import type { WasmBackend } from "./wasm-backend.ts";

/** See assembly/strength-rows.ts. */
const LANES = 4;
const LANE_BYTES = 32;
/** NaN behind a row, which kernels read as whole words. */
const PAD = 64;

/** Rows of relative strength in WASM SIMD, in kernel memory. */
export class WasmStrengthRows implements StrengthRows {
  readonly rooms: readonly Float64Array[];
  readonly #backend: WasmBackend;
  readonly #bars: number;
  readonly #lanes: DataView;
  readonly #staged: Float64Array;
  readonly #rises: Float64Array;
  readonly #falls: Float64Array;
  /** The series that rises and falls are of, and whether it has no holes. */
  #split: Float64Array | null = null;
  #isWhole = false;

  constructor(backend: WasmBackend, bars: number) {
    const { memory } = backend;
    this.#backend = backend;
    this.#bars = bars;
    const room = () => memory.float64(bars + PAD, "as it is").fill(Number.NaN, bars);
    this.rooms = Array.from({ length: strengthRoom(bars) }, () => room().subarray(0, bars));
    this.#staged = room();
    this.#rises = room();
    this.#falls = room();
    const lanes = memory.uint8(LANES * LANE_BYTES);
    this.#lanes = new DataView(lanes.buffer, lanes.byteOffset, lanes.byteLength);
  }

  compute(series: Float64Array, wanted: readonly StrengthRow[]): boolean {
    if (!this.#splits(series)) return false;
    const seeds = wanted.map(({ window, seeding }) => strengthSeed(series, window, seeding));
    if (seeds.some((seed) => seed === null || seed.bar >= this.#bars)) return false;
    for (let from = 0; from < wanted.length; from += LANES) {
      for (let lane = 0; lane < LANES; lane++) {
        // Where there are fewer, the last one is computed again.
        const i = Math.min(from + lane, wanted.length - 1);
        const { window, row } = wanted[i];
        const { bar, up, down } = seeds[i]!;
        const at = lane * LANE_BYTES;
        this.#lanes.setUint32(at, row.byteOffset, true);
        this.#lanes.setInt32(at + 4, bar, true);
        this.#lanes.setFloat64(at + 8, 1 / window, true);
        this.#lanes.setFloat64(at + 16, up, true);
        this.#lanes.setFloat64(at + 24, down, true);
      }
      const [rises, falls] = [this.#rises.byteOffset, this.#falls.byteOffset];
      this.#backend.kernels.strengthRows(rises, falls, this.#bars, this.#lanes.byteOffset);
    }
    return true;
  }

  #splits(series: Float64Array): boolean {
    if (this.#split === series) return this.#isWhole;
    this.#staged.set(series);
    this.#split = series;
    const split = this.#backend.kernels.splitChanges(
      this.#staged.byteOffset,
      this.#bars,
      this.#rises.byteOffset,
      this.#falls.byteOffset,
    );
    this.#isWhole = split !== 0;
    return this.#isWhole;
  }
}
