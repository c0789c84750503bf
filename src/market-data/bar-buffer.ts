import {
  allocateCandles,
  CANDLE_COLUMNS,
  type Candles,
  sliceCandles,
} from "../core/series/candles.ts";
import { complaint, UserError } from "../core/user-error.ts";

const INITIAL_BARS = 4_096;

/**
 * Grows by doubling while a source delivers bars of which it does not know the number; remembers
 * their rows.
 */
export class BarBuffer {
  length = 0;
  #candles: Candles = allocateCandles(INITIAL_BARS);
  #rows = new Uint32Array(INITIAL_BARS);
  readonly #maxBars: number;

  constructor(maxBars: number) {
    this.#maxBars = maxBars;
  }

  get candles(): Candles {
    return this.#candles;
  }

  get rows(): Uint32Array {
    return this.#rows;
  }

  /** `bar` is time, open, high, low, close, volume. UserError for more bars than there may be. */
  push(row: number, bar: Float64Array): void {
    if (this.length === this.#maxBars) {
      const bound = `at most ${this.#maxBars}`;
      throw new UserError("VALIDATION", complaint("rows", "too many bars", this.length + 1, bound));
    }
    if (this.length === this.#rows.length) this.#grow();
    const at = this.length;
    const { time, open, high, low, close, volume } = this.#candles;
    time[at] = bar[0];
    open[at] = bar[1];
    high[at] = bar[2];
    low[at] = bar[3];
    close[at] = bar[4];
    volume[at] = bar[5];
    this.#rows[at] = row;
    this.length = at + 1;
  }

  /** The bars whose positions in `kept` are set; views when that is all of them, else copies. */
  compact(kept: Uint8Array, count: number): Candles {
    if (count === this.length) return sliceCandles(this.#candles, 0, count);
    const out = allocateCandles(count);
    for (const column of CANDLE_COLUMNS) {
      compactColumn(this.#candles[column], kept, this.length, out[column]);
    }
    return out;
  }

  #grow(): void {
    const bars = this.#rows.length * 2;
    const grown = allocateCandles(bars);
    for (const column of CANDLE_COLUMNS) grown[column].set(this.#candles[column]);
    const rows = new Uint32Array(bars);
    rows.set(this.#rows);
    this.#candles = grown;
    this.#rows = rows;
  }
}

function compactColumn(
  source: Float64Array,
  kept: Uint8Array,
  length: number,
  out: Float64Array,
): void {
  let to = 0;
  for (let i = 0; i < length; i++) {
    if (kept[i] === 1) out[to++] = source[i];
  }
}
