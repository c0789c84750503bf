/** Values compared with what another program shows, counted; what differs is told, not thrown. */
export class ValueCheck {
  readonly faults: string[] = [];
  /** Values compared. */
  values = 0;
  /** Largest difference of a number, as a share of what it is relative to. */
  largest = 0;
  readonly #tolerance: number;

  constructor(tolerance: number) {
    this.#tolerance = tolerance;
  }

  /** Whether two numbers agree within the tolerance, relative to `scale`; both may be NaN. */
  near(actual: number, expected: number, scale: number, what: string): void {
    this.values++;
    if (Object.is(actual, expected)) return;
    const error = Math.abs(actual - expected);
    const share = error === 0 ? 0 : error / Math.abs(scale);
    if (share <= this.#tolerance) this.largest = Math.max(this.largest, share);
    else this.faults.push(`${what}: ${actual} for ${expected}`);
  }

  same(actual: unknown, expected: unknown, what: string): void {
    this.values++;
    if (Object.is(actual, expected)) return;
    this.faults.push(`${what}: ${String(actual)} for ${String(expected)}`);
  }
}
