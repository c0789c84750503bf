/**
 * Seeded 32-bit generator sfc32 (Chris Doty-Humphrey, PractRand): integer operations only, so every
 * engine and machine draws the same numbers.
 */
export class Random {
  #a: number;
  #b: number;
  #c = 0x9e3779b9 | 0;
  #counter = 1;

  /** `seed` is any integer from 0 to 2^53 - 1; both halves count. */
  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 4_294_967_296) | 0;
    for (let i = 0; i < 16; i++) this.uint32();
  }

  /** Uniform in [0, 2^32). */
  uint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in [0, 1), a multiple of 2^-32 and hence exact. */
  uniform(): number {
    return this.uint32() / 4_294_967_296;
  }

  /**
   * Close to a standard normal: the sum of four uniform 16-bit numbers, standardised. Mean 0,
   * deviation 1, never beyond 3.47; made of exact integers and one division, where Box-Muller would
   * need log and sin.
   */
  normal(): number {
    const x = this.uint32();
    const y = this.uint32();
    const sum = (x & 0xffff) + (x >>> 16) + (y & 0xffff) + (y >>> 16);
    return (sum - SUM_MEAN) / SUM_DEVIATION;
  }
}

const SUM_MEAN = 131_070;
/** sqrt(4 * (65536^2 - 1) / 12) */
const SUM_DEVIATION = 37_837.227;
