/** `dividend / divisor`; undefined (NaN) instead of infinite where the divisor is 0. */
export function quotient(dividend: number, divisor: number): number {
  return divisor === 0 ? Number.NaN : dividend / divisor;
}
