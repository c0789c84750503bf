import { CANDLE_COLUMNS, type Candles } from "../core/series/candles.ts";

export interface CacheCounters {
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  readonly entries: number;
  readonly bytes: number;
  readonly maxBytes: number;
}

/** Bytes that the columns of `bars` bars take. */
export function candleBytes(bars: number): number {
  return bars * CANDLE_COLUMNS.length * Float64Array.BYTES_PER_ELEMENT;
}

/**
 * Candles by key, bounded in bytes: the least recently used go first. An entry larger than the
 * bound is not kept at all, so a bound of 0 makes a cache that never holds anything. Whoever got an
 * evicted entry keeps it.
 */
export class MemoryCache {
  readonly #maxBytes: number;
  /** In order of use, the least recent first. */
  readonly #entries = new Map<string, Candles>();
  #bytes = 0;
  #hits = 0;
  #misses = 0;
  #evictions = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(key: string): Candles | undefined {
    const candles = this.#entries.get(key);
    if (candles === undefined) {
      this.#misses += 1;
      return undefined;
    }
    this.#hits += 1;
    this.#entries.delete(key);
    this.#entries.set(key, candles);
    return candles;
  }

  set(key: string, candles: Candles): void {
    this.#drop(key);
    const bytes = candleBytes(candles.time.length);
    if (bytes > this.#maxBytes) return;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes + bytes <= this.#maxBytes) break;
      this.#drop(oldest);
      this.#evictions += 1;
    }
    this.#entries.set(key, candles);
    this.#bytes += bytes;
  }

  counters(): CacheCounters {
    return {
      hits: this.#hits,
      misses: this.#misses,
      evictions: this.#evictions,
      entries: this.#entries.size,
      bytes: this.#bytes,
      maxBytes: this.#maxBytes,
    };
  }

  #drop(key: string): void {
    const candles = this.#entries.get(key);
    if (candles === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= candleBytes(candles.time.length);
  }
}
