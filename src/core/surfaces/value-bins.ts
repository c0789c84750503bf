const BINS = 512;
const SAMPLE = 4096;
/** The shares of a sample between which bins are spread; what is outside goes to the ends. */
const [LOW, HIGH] = [0.01, 0.99];

/** A sample of a stream: every n-th value, n doubling as the stream goes on. */
export class ValueSample {
  readonly #values = new Float64Array(SAMPLE);
  #held = 0;
  #every = 1;
  /** Values to come before the next that is taken. */
  #skip = 0;

  /** Values that follow those offered before; those that are no numbers are passed over. */
  offerAll(values: Float64Array): void {
    let i = this.#skip;
    for (; i < values.length; i += this.#every) {
      if (!Number.isFinite(values[i])) continue;
      if (this.#held === SAMPLE) this.#thin();
      this.#values[this.#held++] = values[i];
    }
    this.#skip = i - values.length;
  }

  /** Every other one is let go, and only every other one is taken from now on. */
  #thin(): void {
    this.#held = SAMPLE / 2;
    for (let i = 0; i < this.#held; i++) this.#values[i] = this.#values[2 * i];
    this.#every *= 2;
  }

  /** Bins for values that are distributed like the sample, its outliers aside. */
  bins(): ValueBins {
    const ascending = this.#values.slice(0, this.#held).sort();
    const at = (share: number) => ascending[Math.floor((this.#held - 1) * share)] ?? 0;
    return new ValueBins(at(LOW), at(HIGH));
  }
}

/** Bins of equal width from `low` to `high`. The larger of two values is in no lower bin. */
export class ValueBins {
  readonly count = BINS;
  readonly #low: number;
  readonly #scale: number;

  constructor(low: number, high: number) {
    const scale = (BINS - 2) / (high - low);
    this.#low = low;
    this.#scale = Number.isFinite(scale) ? scale : 0;
  }

  /** The bin of each value, written to `out`. */
  ofAll(values: Float64Array, out: Int32Array): void {
    const [low, scale] = [this.#low, this.#scale];
    for (let i = 0; i < values.length; i++) out[i] = binOf((values[i] - low) * scale);
  }
}

/** By the place of a value between the first and the last bin, which take what is outside. */
function binOf(place: number): number {
  if (place >= BINS - 2) return BINS - 1;
  return place > 0 ? 1 + (place | 0) : 0;
}
