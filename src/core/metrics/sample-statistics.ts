/** Statistics of a plain list of numbers; NaN where the list is too short for them. */

export function largest(values: readonly number[]): number {
  return values.length > 0 ? values.reduce((a, b) => Math.max(a, b)) : Number.NaN;
}

export function smallest(values: readonly number[]): number {
  return values.length > 0 ? values.reduce((a, b) => Math.min(a, b)) : Number.NaN;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation, ddof 1; needs two values. */
export function deviation(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
