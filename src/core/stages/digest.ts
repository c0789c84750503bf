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

const NAN_BITS = 0x7ff8000000000000n;

/** Values of a column that are hashed at a time. */
const PIECE = 8_192;

/** Feeds a column or a part of it, by way of one small room: copies of it all would be garbage. */
export function feedColumn(hasher: ByteHasher, column: Float64Array): void {
  const room = new Uint8Array(Math.min(PIECE, column.length) * 8);
  for (let from = 0; from < column.length; from += PIECE) {
    hasher.update(canonicalIn(room, column.subarray(from, from + PIECE)));
  }
}

/**
 * Float64 little-endian bytes with one form of NaN: what columns and rows are hashed and stored as.
 */
export function canonicalBytes(values: Float64Array): Uint8Array {
  return canonicalIn(new Uint8Array(values.length * 8), values);
}

/** The same, at the beginning of a room. */
function canonicalIn(room: Uint8Array, values: Float64Array): Uint8Array {
  const view = new DataView(room.buffer);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) view.setBigUint64(i * 8, NAN_BITS, true);
    else view.setFloat64(i * 8, values[i], true);
  }
  return room.subarray(0, values.length * 8);
}
