/**
 * Rows best first: `[variantIndex, ...metrics]`, `stride` numbers a row. NaN is an undefined
 * metric.
 */
export interface RankedRows {
  readonly stride: number;
  readonly data: Float64Array;
}

/** Number of rows. */
export function rowCount(rows: RankedRows): number {
  return rows.data.length / rows.stride;
}
