import type { ValueCache, ValueStore } from "../../core/signals/value-store.ts";
import {
  type CacheMemory,
  createCacheMemory,
  SharedCache,
  type SharedCacheStats,
} from "./shared-cache.ts";

/** Most bytes of what threads keep for one another and for later runs; 0 keeps nothing. */
export interface CacheBounds {
  readonly indicatorBytes: number;
  readonly atomBytes: number;
}

export interface PoolCacheMemory {
  readonly indicators: CacheMemory;
  readonly atoms: CacheMemory;
}

export type PoolCacheStats = SharedCacheStats & { readonly name: "indicators" | "atoms" };

/** A row of prices fills many pages, a plane few: the rest of its last page is lost to each. */
const ROW_PAGE_BYTES = 16_384;
const PLANE_PAGE_BYTES = 2_048;

export function createPoolCacheMemory({ indicatorBytes, atomBytes }: CacheBounds): PoolCacheMemory {
  return {
    indicators: createCacheMemory(indicatorBytes, ROW_PAGE_BYTES),
    atoms: createCacheMemory(atomBytes, PLANE_PAGE_BYTES),
  };
}

/** The caches that the threads of a pool share, as one of them sees them. */
export class PoolCaches {
  readonly #indicators: SharedCache<Float64Array>;
  readonly #atoms: SharedCache<Int32Array>;

  /** `owner` is unique among the threads, and at least 1. */
  constructor(memory: PoolCacheMemory, owner: number) {
    this.#indicators = new SharedCache(memory.indicators, owner);
    this.#atoms = new SharedCache(memory.atoms, owner);
  }

  /** What is kept of these candles; `candlesKey` says which candles, by their content. */
  of(candlesKey: string): ValueStore {
    return {
      rows: prefixed(this.#indicators, candlesKey),
      planes: prefixed(this.#atoms, candlesKey),
    };
  }

  /** To be called when a thread is gone. */
  recoverFrom(owner: number): void {
    this.#indicators.recoverFrom(owner);
    this.#atoms.recoverFrom(owner);
  }

  stats(): PoolCacheStats[] {
    return [
      { name: "indicators", ...this.#indicators.stats() },
      { name: "atoms", ...this.#atoms.stats() },
    ];
  }
}

function prefixed<T>(cache: ValueCache<T>, prefix: string): ValueCache<T> {
  return {
    load: (key, into) => cache.load(`${prefix} ${key}`, into),
    keep: (key, values) => cache.keep(`${prefix} ${key}`, values),
  };
}
