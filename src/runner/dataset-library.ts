import type { Candles } from "../core/series/candles.ts";
import { resample } from "../core/series/resample.ts";
import type { Timeframe } from "../core/series/timeframe.ts";
import { complaint, UserError } from "../core/user-error.ts";
import type { SourcedCandles } from "../market-data/candle-source.ts";
import { unpackColumns } from "../market-data/column-blocks.ts";
import { contentHashInTurns } from "../market-data/content-hash.ts";
import { DiskCache, type DiskCounters } from "../market-data/disk-cache.ts";
import { type CacheCounters, MemoryCache } from "../market-data/memory-cache.ts";
import type { CandleSourceId } from "../market-data/registry.ts";
import type { DatasetRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import {
  type CandlesImport,
  DatasetImporter,
  type ImportResult,
  type SyntheticImport,
} from "./dataset-import.ts";
import type { DatasetLabels } from "./dataset-labels.ts";

export interface DatasetLibraryOptions {
  readonly store: Store;
  /** Directory of the disk cache, made when needed; null for none. */
  readonly cacheDir: string | null;
  readonly maxMemoryBytes: number;
  readonly maxDiskBytes: number;
}

/** One cache; `disk` counts damaged files and faults of the file system as well. */
export type DatasetCacheStats =
  | ({ readonly name: "memory" } & CacheCounters)
  | ({ readonly name: "disk" } & DiskCounters);

const HASH = /^[0-9a-f]{64}$/;

/**
 * The datasets of the store and their candles in shared memory. Candles come from memory, else from
 * this machine's disk, else from the store; what comes from the store must have the content hash it
 * is asked for.
 */
export class DatasetLibrary {
  readonly #store: Store;
  readonly #importer: DatasetImporter;
  readonly #memory: MemoryCache;
  readonly #disk: DiskCache | null;
  readonly #loading = new Map<string, Promise<Candles>>();
  #storeLoads = 0;

  constructor(options: DatasetLibraryOptions) {
    this.#store = options.store;
    this.#importer = new DatasetImporter(options.store);
    this.#memory = new MemoryCache(options.maxMemoryBytes);
    this.#disk =
      options.cacheDir === null ? null : new DiskCache(options.cacheDir, options.maxDiskBytes);
  }

  /** Throws a UserError for bad rows (see `onReject`), an unreadable input or unusable names. */
  importCandles(request: CandlesImport): Promise<ImportResult> {
    return this.#importer.content(request);
  }

  /** Saves candles that were read already, such as those of an exchange. */
  saveCandles(
    labels: DatasetLabels,
    candles: SourcedCandles,
    source: CandleSourceId,
  ): Promise<ImportResult> {
    return this.#importer.sourced(labels, candles, source);
  }

  /** Throws a UserError for options out of bounds. */
  importSynthetic(request: SyntheticImport): Promise<ImportResult> {
    return this.#importer.synthetic(request);
  }

  /** By content hash or name, the newest of that name; null when there is none. */
  find(hashOrName: string): Promise<DatasetRecord | null> {
    return this.#store.findDataset(hashOrName);
  }

  /** As `find`, but a UserError NOT_FOUND when there is none. */
  async require(hashOrName: string): Promise<DatasetRecord> {
    const record = await this.find(hashOrName);
    if (record === null) throw notFound(hashOrName);
    return record;
  }

  /**
   * The candles of a dataset in shared memory; nobody may write to them. Callers at the same time
   * share one load. UserError NOT_FOUND for an unknown hash, Error for a dataset that is damaged in
   * the store.
   */
  async candles(hash: string): Promise<Candles> {
    if (!HASH.test(hash)) throw notFound(hash);
    return this.#cached(hash, () => this.#fromStore(hash));
  }

  /**
   * The candles resampled to a longer timeframe, cached like a dataset. UserError when it does not
   * divide.
   */
  async resampled(hash: string, timeframe: Timeframe): Promise<Candles> {
    const record = await this.#store.datasetByHash(hash);
    if (record === null) throw notFound(hash);
    if (record.timeframe === timeframe) return this.candles(hash);
    return this.#cached(`${hash}-${timeframe}`, async () =>
      resample(await this.candles(hash), record.timeframe, timeframe, true),
    );
  }

  /** Memory, and disk where there is a cache directory. */
  stats(): readonly DatasetCacheStats[] {
    const memory = { name: "memory", ...this.#memory.counters() } as const;
    if (this.#disk === null) return [memory];
    return [memory, { name: "disk", ...this.#disk.counters() }];
  }

  /** How often a dataset was loaded from the store because no cache had it. */
  get storeLoads(): number {
    return this.#storeLoads;
  }

  #cached(key: string, make: () => Promise<Candles>): Promise<Candles> {
    const underWay = this.#loading.get(key);
    if (underWay !== undefined) return underWay;
    const held = this.#memory.get(key);
    if (held !== undefined) return Promise.resolve(held);
    const load = this.#load(key, make).finally(() => this.#loading.delete(key));
    this.#loading.set(key, load);
    return load;
  }

  async #load(key: string, make: () => Promise<Candles>): Promise<Candles> {
    const onDisk = (await this.#disk?.get(key)) ?? null;
    const candles = onDisk ?? (await make());
    if (onDisk === null) await this.#disk?.set(key, candles);
    this.#memory.set(key, candles);
    return candles;
  }

  async #fromStore(hash: string): Promise<Candles> {
    const record = await this.#store.datasetByHash(hash);
    if (record === null) throw notFound(hash);
    const blocks = await this.#store.datasetBlocks(hash);
    const candles = await unpackColumns(blocks, record.bars, true);
    const { instrument, timeframe } = record;
    const found = await contentHashInTurns({ instrument, timeframe, candles });
    if (found !== hash)
      throw new Error(`dataset ${hash} is damaged in the store: it hashes to ${found}`);
    this.#storeLoads += 1;
    return candles;
  }
}

function notFound(hashOrName: string): UserError {
  return new UserError("NOT_FOUND", complaint("dataset", "there is no such dataset", hashOrName));
}
