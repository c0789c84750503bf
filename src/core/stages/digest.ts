import type { RankingMetric } from "../metrics/ranking-metric.ts";
import type { StageName } from "./sweep.ts";

/**
 * The digest of a run: SHA-256 over its metric columns and its ordered results.
 *
 *   "sweepline digest 1\n"
 *   per stage and ranking metric, in order: "<stage> <metric> <hex SHA-256 of the column>\n"
 *   "results <count>\n"
 *   per row, best first: variant index and the ten ranking metrics as float64 little-endian
 *
 * A column is its values in index order as float64 little-endian, so it does not depend on how it
 * was cut into chunks. NaN has one form, 0x7ff8000000000000. The hash itself is passed in: the core
 * has no cryptography.
 */
export interface ByteHasher {
  update(bytes: Uint8Array): unknown;
}

export interface ColumnDigest {
  readonly stage: StageName;
  readonly metric: RankingMetric;
  readonly sha256Hex: string;
}

/** Feeds a digest; `rows` are `stride` numbers each: variant index, then every ranking metric. */
export function feedDigest(
  hasher: ByteHasher,
  columns: readonly ColumnDigest[],
  rows: { readonly stride: number; readonly data: Float64Array },
): void {
  const encoder = new TextEncoder();
  hasher.update(encoder.encode("sweepline digest 1\n"));
  for (const { stage, metric, sha256Hex } of columns) {
    hasher.update(encoder.encode(`${stage} ${metric} ${sha256Hex}\n`));
  }
  hasher.update(encoder.encode(`results ${rows.data.length / rows.stride}\n`));
  hasher.update(canonicalBytes(rows.data));
}

/**
 * Float64 little-endian bytes with one form of NaN: what columns and rows are hashed and stored as.
 */
export function canonicalBytes(values: Float64Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) view.setUint32(i * 8 + 4, 0x7ff80000, true);
    else view.setFloat64(i * 8, values[i], true);
  }
  return bytes;
}
