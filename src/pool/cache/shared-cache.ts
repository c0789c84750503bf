import type { ValueCache } from "../../core/signals/value-store.ts";
import { createTable, EntryTable, type TableMemory } from "./entry-table.ts";
import { type ArenaMemory, createArena, PageArena } from "./page-arena.ts";
import { SharedLock } from "./shared-lock.ts";

const COUNT = { hits: 0, misses: 1, evictions: 2, words: 3 } as const;

/** What a thread needs to use a cache that another has made. */
export interface CacheMemory {
  readonly lock: SharedArrayBuffer;
  readonly counts: SharedArrayBuffer;
  readonly table: TableMemory;
  readonly arena: ArenaMemory;
}

export interface SharedCacheStats {
  readonly entries: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
}

/** Room for `maxBytes` of values with their keys, none of it used yet; 0 keeps nothing. */
export function createCacheMemory(maxBytes: number, pageBytes: number): CacheMemory {
  const arena = createArena(maxBytes, pageBytes);
  return {
    lock: new SharedArrayBuffer(4),
    counts: new SharedArrayBuffer(COUNT.words * 8),
    table: createTable(arena.maxPages),
    arena,
  };
}

/**
 * Arrays of numbers by text, in memory that all threads share: the least recently used go first.
 * One thread at a time looks up and writes, under a lock; values are read without it, and what was
 * evicted meanwhile counts as not found. Keys are compared whole, so no hash can mistake one value
 * for another. A thread that died while it held the lock leaves an empty cache.
 */
export class SharedCache<T extends Float64Array | Int32Array> implements ValueCache<T> {
  readonly memory: CacheMemory;
  readonly #lock: SharedLock;
  readonly #counts: Float64Array;
  readonly #table: EntryTable;
  readonly #arena: PageArena;
  readonly #encoder = new TextEncoder();
  /** Room for a key that is looked for, and for one of the cache to compare it with. */
  readonly #asked: Uint8Array;
  readonly #found: Uint8Array;

  /** `owner` is unique among the threads that use the memory, and at least 1. */
  constructor(memory: CacheMemory, owner: number) {
    this.memory = memory;
    this.#lock = new SharedLock(new Int32Array(memory.lock), owner);
    this.#counts = new Float64Array(memory.counts);
    this.#table = new EntryTable(memory.table);
    this.#arena = new PageArena(memory.arena);
    this.#asked = new Uint8Array(memory.arena.pageBytes);
    this.#found = new Uint8Array(memory.arena.pageBytes);
  }

  load(key: string, into: T): boolean {
    const asked = this.#encoded(key);
    if (asked === null || !this.#lock.take()) return false;
    let entry: number | null;
    let version = 0;
    let page = 0;
    try {
      entry = this.#find(asked, into.byteLength);
      this.#counts[entry === null ? COUNT.misses : COUNT.hits]++;
      if (entry === null) return false;
      this.#table.touch(entry);
      version = this.#table.versionOf(entry);
      page = this.#table.place(entry).page;
    } finally {
      this.#lock.release();
    }
    this.#arena.read(page, asked.length, bytesOf(into));
    return this.#table.versionOf(entry) === version;
  }

  keep(key: string, values: T): void {
    const asked = this.#encoded(key);
    if (asked === null || !this.#lock.take()) return;
    try {
      if (this.#find(asked, values.byteLength) === null) this.#add(asked, bytesOf(values));
    } finally {
      this.#lock.release();
    }
  }

  /** To be called when a thread is gone: what it left half done must not be read. */
  recoverFrom(owner: number): void {
    if (!this.#lock.isHeldBy(owner)) return;
    this.#lock.inherit(owner);
    this.#table.clear();
    this.#arena.clear();
    this.#lock.release();
  }

  /** Without the lock: a moment's numbers may be those of two moments. */
  stats(): SharedCacheStats {
    const { maxPages, pageBytes } = this.memory.arena;
    return {
      entries: this.#table.count,
      bytes: this.#arena.usedBytes,
      maxBytes: maxPages * pageBytes,
      hits: this.#counts[COUNT.hits],
      misses: this.#counts[COUNT.misses],
      evictions: this.#counts[COUNT.evictions],
    };
  }

  #add(key: Uint8Array, data: Uint8Array): void {
    const pages = this.#arena.pagesOf(key.length + data.length);
    if (pages > this.memory.arena.maxPages) return;
    let page = this.#arena.take(pages);
    while (page === null && this.#evictOldest()) page = this.#arena.take(pages);
    if (page === null) return;
    const place = { page, keyBytes: key.length, dataBytes: data.length };
    // There are as many entries as pages.
    this.#table.add(hashOf(key), place);
    this.#arena.write(page, 0, key);
    this.#arena.write(page, key.length, data);
  }

  #evictOldest(): boolean {
    const { oldest } = this.#table;
    if (oldest === null) return false;
    const { page } = this.#table.place(oldest);
    // Outdated before its pages are anybody else's.
    this.#table.drop(oldest);
    this.#arena.giveBack(page);
    this.#counts[COUNT.evictions]++;
    return true;
  }

  #find(key: Uint8Array, dataBytes: number): number | null {
    return this.#table.find(hashOf(key), (place) => {
      if (place.keyBytes !== key.length || place.dataBytes !== dataBytes) return false;
      const found = this.#found.subarray(0, key.length);
      this.#arena.read(place.page, 0, found);
      return found.every((byte, i) => byte === key[i]);
    });
  }

  /** Null where the key is longer than a page. */
  #encoded(key: string): Uint8Array | null {
    if (this.memory.arena.maxPages === 0) return null;
    const { read, written } = this.#encoder.encodeInto(key, this.#asked);
    return read < key.length ? null : this.#asked.subarray(0, written);
  }
}

function bytesOf(values: Float64Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash;
}
