import { mkdir, readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { barCount, type Candles } from "../core/series/candles.ts";
import {
  candleFileBytes,
  readCandleFile,
  UNFINISHED_SUFFIX,
  writeCandleFile,
} from "./candle-file.ts";
import type { CacheCounters } from "./memory-cache.ts";

const SUFFIX = ".candles";
/** An unfinished file this old was left by a process that died. */
const ABANDONED_MS = 3_600_000;

export interface DiskCounters extends CacheCounters {
  /** Files that failed their check; each was deleted and counted as a miss. */
  readonly damaged: number;
  /** Reads or writes that the file system refused; the cache goes on without them. */
  readonly faults: number;
}

interface CachedFile {
  readonly path: string;
  readonly bytes: number;
  readonly usedMs: number;
}

/**
 * Candles by key in files of one directory, bounded in bytes, checked on every read. Several
 * processes may share the directory: files appear by rename and the least recently used (by
 * modification time) go first. A cache may forget but not fail: a full or read-only disk costs
 * speed and is counted, it stops nobody.
 */
export class DiskCache {
  readonly #directory: string;
  readonly #maxBytes: number;
  #hits = 0;
  #misses = 0;
  #evictions = 0;
  #damaged = 0;
  #faults = 0;
  #entries = 0;
  #bytes = 0;
  /** Writers and evictions take turns: two at once could both see room for one. */
  #turn: Promise<void> = Promise.resolve();

  constructor(directory: string, maxBytes: number) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
  }

  /** Keys are made of letters, digits, `-` and `_`. */
  async get(key: string): Promise<Candles | null> {
    const path = this.#pathOf(key);
    const candles = await this.#read(path, key);
    if (candles === null) {
      this.#misses += 1;
      return null;
    }
    this.#hits += 1;
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined);
    return candles;
  }

  async set(key: string, candles: Candles): Promise<void> {
    const bytes = candleFileBytes(barCount(candles));
    if (bytes > this.#maxBytes) return;
    const written = this.#turn.then(() => this.#write(key, candles, bytes));
    this.#turn = written.catch(() => {
      this.#faults += 1;
    });
    await this.#turn;
  }

  /** Entries and bytes are those of the directory at the last write of this process. */
  counters(): DiskCounters {
    return {
      hits: this.#hits,
      misses: this.#misses,
      evictions: this.#evictions,
      entries: this.#entries,
      bytes: this.#bytes,
      maxBytes: this.#maxBytes,
      damaged: this.#damaged,
      faults: this.#faults,
    };
  }

  async #read(path: string, key: string): Promise<Candles | null> {
    try {
      const candles = await readCandleFile(path, key);
      if (candles !== null) return candles;
      this.#damaged += 1;
      await rm(path, { force: true });
    } catch (error) {
      if (!isAbsent(error)) this.#faults += 1;
    }
    return null;
  }

  async #write(key: string, candles: Candles, bytes: number): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    const path = this.#pathOf(key);
    const others = (await this.#files()).filter((file) => file.path !== path);
    await this.#evict(others, this.#maxBytes - bytes);
    await writeCandleFile(path, key, candles);
    this.#entries += 1;
    this.#bytes += bytes;
  }

  /** Deletes the least recently used until the rest fits; leaves the counters at that rest. */
  async #evict(files: readonly CachedFile[], maxBytes: number): Promise<void> {
    const oldestFirst = [...files].sort((a, b) => a.usedMs - b.usedMs);
    this.#entries = files.length;
    this.#bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    for (const file of oldestFirst) {
      if (this.#bytes <= maxBytes) return;
      await rm(file.path, { force: true });
      this.#evictions += 1;
      this.#entries -= 1;
      this.#bytes -= file.bytes;
    }
  }

  async #files(): Promise<CachedFile[]> {
    const files: CachedFile[] = [];
    for (const name of await readdir(this.#directory)) {
      const path = join(this.#directory, name);
      const info = await stat(path).catch(() => null);
      if (info === null) continue;
      if (name.endsWith(SUFFIX)) files.push({ path, bytes: info.size, usedMs: info.mtimeMs });
      const isAbandoned = Date.now() - info.mtimeMs > ABANDONED_MS;
      if (name.endsWith(UNFINISHED_SUFFIX) && isAbandoned) await rm(path, { force: true });
    }
    return files;
  }

  #pathOf(key: string): string {
    if (!/^[\w-]+$/.test(key)) throw new Error(`not a cache key: ${key}`);
    return join(this.#directory, `${key}${SUFFIX}`);
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
