import { SLICE_MS } from "./slice-size.ts";

/** Most variants between two looks, whatever they take. */
const MOST_VARIANTS = 1_000;

/**
 * When a thread looks up within a slice: after as many variants as took a slice's time of late, for
 * one position of Stage B alone may have thousands of them, and each may take a millisecond.
 */
export class Looks {
  readonly #nowMs: () => number;
  #every = 1;
  #sinceMs: number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#sinceMs = nowMs();
  }

  /** It works from now on. */
  begin(): void {
    this.#sinceMs = this.#nowMs();
  }

  isDue(variants: number): boolean {
    return variants >= this.#every;
  }

  /** So many variants were scored since it began. */
  took(variants: number): void {
    const ms = this.#nowMs() - this.#sinceMs;
    const ideal = Math.floor((variants * SLICE_MS) / ms);
    this.#every = Math.max(1, Math.min(ideal, MOST_VARIANTS));
  }
}
