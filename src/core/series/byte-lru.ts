/** What a cache has done so far. */
export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  readonly bytes: number;
  readonly maxBytes: number;
}

/**
 * Least recently used values, bounded by their bytes. A value larger than the bound is not kept; 0
 * keeps nothing.
 */
export class ByteLru<K, V> {
  readonly maxBytes: number;
  readonly #bytesOf: (value: V) => number;
  readonly #values = new Map<K, V>();
  #bytes = 0;
  #hits = 0;
  #misses = 0;
  #evictions = 0;

  constructor(maxBytes: number, bytesOf: (value: V) => number) {
    this.maxBytes = maxBytes;
    this.#bytesOf = bytesOf;
  }

  get(key: K): V | undefined {
    const value = this.#values.get(key);
    if (value === undefined) {
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.delete(key);
    const bytes = this.#bytesOf(value);
    if (bytes > this.maxBytes) return;
    this.#values.set(key, value);
    this.#bytes += bytes;
    for (const oldest of this.#values.keys()) {
      if (this.#bytes <= this.maxBytes) break;
      this.delete(oldest);
      this.#evictions++;
    }
  }

  delete(key: K): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#bytes -= this.#bytesOf(value);
  }

  /** The cached value, or the one that `make` yields, which is then kept. */
  remember(key: K, make: () => V): V {
    const found = this.get(key);
    if (found !== undefined) return found;
    const made = make();
    this.set(key, made);
    return made;
  }

  stats(): CacheStats {
    return {
      hits: this.#hits,
      misses: this.#misses,
      evictions: this.#evictions,
      bytes: this.#bytes,
      maxBytes: this.maxBytes,
    };
  }
}
