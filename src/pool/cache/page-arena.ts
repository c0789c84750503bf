/** How much the memory grows at a time, at least. */
const GROWTH_BYTES = 4 * 1024 * 1024;
const NONE = -1;
const STATE = { freeHead: 0, fresh: 1, used: 2, words: 3 } as const;

/** What a thread needs to work on an arena that another has made. */
export interface ArenaMemory {
  readonly pageBytes: number;
  readonly maxPages: number;
  /** Grows up to all pages; address space only until then. */
  readonly bytes: SharedArrayBuffer;
  /** The page after each page, and the state. */
  readonly words: SharedArrayBuffer;
}

export function createArena(maxBytes: number, pageBytes: number): ArenaMemory {
  const maxPages = Math.floor(maxBytes / pageBytes);
  const bytes = new SharedArrayBuffer(0, { maxByteLength: maxPages * pageBytes });
  const words = new SharedArrayBuffer((STATE.words + maxPages) * 4);
  const memory = { pageBytes, maxPages, bytes, words };
  new PageArena(memory).clear();
  return memory;
}

/**
 * Shared memory in pages of one size. Values lie in chains of pages, so there is always room where
 * enough pages are free, whatever was there before. All but `read` wants the lock of the cache.
 */
export class PageArena {
  readonly #memory: ArenaMemory;
  readonly #bytes: Uint8Array;
  readonly #state: Int32Array;
  readonly #next: Int32Array;

  constructor(memory: ArenaMemory) {
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory.bytes);
    this.#state = new Int32Array(memory.words, 0, STATE.words);
    this.#next = new Int32Array(memory.words, STATE.words * 4, memory.maxPages);
  }

  get usedBytes(): number {
    return this.#state[STATE.used] * this.#memory.pageBytes;
  }

  pagesOf(bytes: number): number {
    return Math.ceil(bytes / this.#memory.pageBytes);
  }

  /** Forgets everything; the memory stays. */
  clear(): void {
    this.#state[STATE.freeHead] = NONE;
    this.#state[STATE.fresh] = 0;
    this.#state[STATE.used] = 0;
  }

  /** First page of a chain of `count`; null where so many are not free. */
  take(count: number): number | null {
    const { maxPages } = this.#memory;
    if (this.#state[STATE.used] + count > maxPages || !this.#reserve(count)) return null;
    let first = NONE;
    // From the last to the first, so that pages never used before follow one another.
    const fresh = this.#state[STATE.fresh];
    const recycled = this.#recycled(count);
    for (let page = fresh + (count - recycled.length) - 1; page >= fresh; page--) {
      this.#next[page] = first;
      first = page;
    }
    for (const page of recycled) {
      this.#next[page] = first;
      first = page;
    }
    this.#state[STATE.fresh] = fresh + count - recycled.length;
    this.#state[STATE.used] += count;
    return first;
  }

  giveBack(first: number): void {
    for (let page = first; page !== NONE; ) {
      const next = this.#next[page];
      this.#next[page] = this.#state[STATE.freeHead];
      this.#state[STATE.freeHead] = page;
      this.#state[STATE.used]--;
      page = next;
    }
  }

  write(first: number, skip: number, from: Uint8Array): void {
    this.#walk(first, skip, from.length, (at, done, count) => {
      this.#bytes.set(from.subarray(done, done + count), at);
    });
  }

  /** Without the lock this may give anything; it ends all the same. */
  read(first: number, skip: number, into: Uint8Array): void {
    this.#walk(first, skip, into.length, (at, done, count) => {
      into.set(this.#bytes.subarray(at, at + count), done);
    });
  }

  /** Calls `copy` for every stretch of the chain that lies in one piece. */
  #walk(
    first: number,
    skip: number,
    length: number,
    copy: (at: number, done: number, count: number) => void,
  ): void {
    const { pageBytes } = this.#memory;
    let within = skip;
    let page = first;
    for (let done = 0; done < length && page !== NONE; ) {
      let last = page;
      let room = pageBytes - within;
      while (room < length - done && this.#next[last] === last + 1) {
        last++;
        room += pageBytes;
      }
      const count = Math.min(room, length - done);
      copy(page * pageBytes + within, done, count);
      done += count;
      within = 0;
      page = this.#next[last];
    }
  }

  /** Takes up to `count` pages that were given back. */
  #recycled(count: number): number[] {
    const pages: number[] = [];
    while (pages.length < count && this.#state[STATE.freeHead] !== NONE) {
      const page = this.#state[STATE.freeHead];
      this.#state[STATE.freeHead] = this.#next[page];
      pages.push(page);
    }
    return pages;
  }

  /** Makes the memory as long as `count` more pages need it. */
  #reserve(count: number): boolean {
    const { bytes, pageBytes, maxPages } = this.#memory;
    const free = this.#state[STATE.fresh] - this.#state[STATE.used];
    const fresh = this.#state[STATE.fresh] + Math.max(0, count - free);
    if (fresh * pageBytes <= bytes.byteLength) return true;
    const asked = Math.max(fresh * pageBytes, bytes.byteLength + GROWTH_BYTES);
    try {
      bytes.grow(Math.min(asked, maxPages * pageBytes));
      return true;
    } catch {
      // The machine has no more memory: the cache goes on with what it has.
      return false;
    }
  }
}
