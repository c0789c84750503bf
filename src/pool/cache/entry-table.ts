/** Entries count from 1: memory that nobody has written says that there is none. */
const NONE = 0;
const FIELD = {
  hash: 0,
  /** Next of the bucket, or of the free entries. */
  next: 1,
  older: 2,
  newer: 3,
  page: 4,
  keyBytes: 5,
  dataBytes: 6,
  /** Grows when the entry is dropped: who has read its pages meanwhile can tell. */
  version: 7,
  words: 8,
} as const;
/** `used`: entries that ever were. */
const STATE = { free: 0, used: 1, count: 2, oldest: 3, newest: 4, words: 5 } as const;

/** What a thread needs to work on a table that another has made. */
export interface TableMemory {
  readonly maxEntries: number;
  readonly words: SharedArrayBuffer;
}

export interface EntryPlace {
  readonly page: number;
  readonly keyBytes: number;
  readonly dataBytes: number;
}

export function createTable(maxEntries: number): TableMemory {
  const words = STATE.words + bucketsOf(maxEntries) + (1 + maxEntries) * FIELD.words;
  return { maxEntries, words: new SharedArrayBuffer(words * 4) };
}

/** A power of two. */
function bucketsOf(maxEntries: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, maxEntries)));
}

/**
 * Entries by the hash of their key, in order of use, in shared memory. All but `versionOf` wants
 * the lock of the cache.
 */
export class EntryTable {
  readonly #maxEntries: number;
  readonly #state: Int32Array;
  readonly #buckets: Int32Array;
  readonly #fields: Int32Array;

  constructor({ maxEntries, words }: TableMemory) {
    const buckets = bucketsOf(maxEntries);
    this.#maxEntries = maxEntries;
    this.#state = new Int32Array(words, 0, STATE.words);
    this.#buckets = new Int32Array(words, STATE.words * 4, buckets);
    this.#fields = new Int32Array(words, (STATE.words + buckets) * 4);
  }

  get count(): number {
    return this.#state[STATE.count];
  }

  /** The entry used longest ago, or null. */
  get oldest(): number | null {
    return orNull(this.#state[STATE.oldest]);
  }

  clear(): void {
    for (let entry = 1; entry <= this.#state[STATE.used]; entry++) this.#outdate(entry);
    this.#buckets.fill(NONE);
    this.#state[STATE.free] = NONE;
    this.#state[STATE.used] = 0;
    this.#state[STATE.count] = 0;
    this.#state[STATE.oldest] = NONE;
    this.#state[STATE.newest] = NONE;
  }

  /** The entry of this hash for which `isIt` says so, or null. */
  find(hash: number, isIt: (place: EntryPlace) => boolean): number | null {
    let entry = this.#buckets[this.#bucket(hash)];
    while (entry !== NONE) {
      if (this.#get(entry, "hash") === hash && isIt(this.place(entry))) return entry;
      entry = this.#get(entry, "next");
    }
    return null;
  }

  place(entry: number): EntryPlace {
    return {
      page: this.#get(entry, "page"),
      keyBytes: this.#get(entry, "keyBytes"),
      dataBytes: this.#get(entry, "dataBytes"),
    };
  }

  /** A full fence as well: what was read before has been read. */
  versionOf(entry: number): number {
    return Atomics.add(this.#fields, entry * FIELD.words + FIELD.version, 0);
  }

  /** Makes an entry the newest one. */
  touch(entry: number): void {
    if (this.#state[STATE.newest] === entry) return;
    this.#unlink(entry);
    this.#linkNewest(entry);
  }

  /** Null where there is no entry left. */
  add(hash: number, place: EntryPlace): number | null {
    const entry = this.#takeFree();
    if (entry === null) return null;
    const bucket = this.#bucket(hash);
    this.#set(entry, "hash", hash);
    this.#set(entry, "next", this.#buckets[bucket]);
    this.#buckets[bucket] = entry;
    this.#set(entry, "page", place.page);
    this.#set(entry, "keyBytes", place.keyBytes);
    this.#set(entry, "dataBytes", place.dataBytes);
    this.#linkNewest(entry);
    this.#state[STATE.count]++;
    return entry;
  }

  drop(entry: number): void {
    this.#outdate(entry);
    this.#leaveBucket(entry);
    this.#unlink(entry);
    this.#set(entry, "next", this.#state[STATE.free]);
    this.#state[STATE.free] = entry;
    this.#state[STATE.count]--;
  }

  #takeFree(): number | null {
    const free = this.#state[STATE.free];
    if (free !== NONE) {
      this.#state[STATE.free] = this.#get(free, "next");
      return free;
    }
    if (this.#state[STATE.used] === this.#maxEntries) return null;
    return ++this.#state[STATE.used];
  }

  #leaveBucket(entry: number): void {
    const bucket = this.#bucket(this.#get(entry, "hash"));
    const next = this.#get(entry, "next");
    let at = this.#buckets[bucket];
    if (at === entry) {
      this.#buckets[bucket] = next;
      return;
    }
    while (this.#get(at, "next") !== entry) at = this.#get(at, "next");
    this.#set(at, "next", next);
  }

  #linkNewest(entry: number): void {
    const newest = this.#state[STATE.newest];
    this.#set(entry, "older", newest);
    this.#set(entry, "newer", NONE);
    if (newest === NONE) this.#state[STATE.oldest] = entry;
    else this.#set(newest, "newer", entry);
    this.#state[STATE.newest] = entry;
  }

  #unlink(entry: number): void {
    const older = this.#get(entry, "older");
    const newer = this.#get(entry, "newer");
    if (older === NONE) this.#state[STATE.oldest] = newer;
    else this.#set(older, "newer", newer);
    if (newer === NONE) this.#state[STATE.newest] = older;
    else this.#set(newer, "older", older);
  }

  #outdate(entry: number): void {
    Atomics.add(this.#fields, entry * FIELD.words + FIELD.version, 1);
  }

  #bucket(hash: number): number {
    return hash & (this.#buckets.length - 1);
  }

  #get(entry: number, field: Exclude<keyof typeof FIELD, "words">): number {
    return this.#fields[entry * FIELD.words + FIELD[field]];
  }

  #set(entry: number, field: Exclude<keyof typeof FIELD, "words">, value: number): void {
    this.#fields[entry * FIELD.words + FIELD[field]] = value;
  }
}

function orNull(entry: number): number | null {
  return entry === NONE ? null : entry;
}
