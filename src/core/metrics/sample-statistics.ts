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

/**
 * The value that the share `p` of the ascending values lies below, interpolated between the values
 * around position (n - 1) * p: type 7 of Hyndman and Fan, American Statistician (1996), which is
 * NumPy's and Excel's percentile.
 */
export function quantile(ascending: Float64Array, p: number): number {
  if (ascending.length === 0) return Number.NaN;
  const position = (ascending.length - 1) * p;
  const below = Math.floor(position);
  const lower = ascending[below];
  if (below === position) return lower;
  return lower + (position - below) * (ascending[below + 1] - lower);
}
