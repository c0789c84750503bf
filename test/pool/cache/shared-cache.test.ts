import { once } from "node:events";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCacheMemory, SharedCache } from "../../../src/pool/cache/shared-cache.ts";
import type { CacheUse } from "./cache-user.ts";

const PAGE = 64;

/** Least recently used of a Map, in pages: what the cache has to do. */
class Model {
  readonly #values = new Map<string, Float64Array>();
  readonly #pages: number;
  evictions = 0;

  constructor(maxBytes: number) {
    this.#pages = Math.floor(maxBytes / PAGE);
  }

  get used(): number {
    return [...this.#values].reduce((sum, [key, value]) => sum + pagesOf(key, value), 0);
  }

  load(key: string, length: number): Float64Array | null {
    const value = this.#values.get(key);
    if (value === undefined || value.length !== length) return null;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  keep(key: string, value: Float64Array): void {
    const kept = this.#values.get(key);
    if (kept !== undefined || pagesOf(key, value) > this.#pages) return;
    while (this.used + pagesOf(key, value) > this.#pages) {
      this.#values.delete(this.#values.keys().next().value!);
      this.evictions++;
    }
    this.#values.set(key, value);
  }
}

function pagesOf(key: string, value: Float64Array): number {
  return Math.ceil((key.length + value.byteLength) / PAGE);
}

/** Every key has one length, as an indicator's rows have. */
const anyUse = fc.record({
  keeps: fc.boolean(),
  key: fc.integer({ min: 0, max: 12 }).map((no) => ({ key: `key ${no}`, length: 1 + 5 * no })),
});

describe("shared cache", () => {
  it("keeps exactly the least recently used values that fit", () => {
    const uses = fc.array(anyUse, { maxLength: 120 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000 }), uses, (maxBytes, steps) => {
        const cache = new SharedCache<Float64Array>(createCacheMemory(maxBytes, PAGE), 1);
        const model = new Model(maxBytes);
        let no = 0;
        let hits = 0;
        for (const { keeps, key: at } of steps) {
          if (keeps) {
            const values = new Float64Array(at.length).fill(++no);
            cache.keep(at.key, values);
            model.keep(at.key, values);
          }
          const into = new Float64Array(at.length);
          const expected = model.load(at.key, at.length);
          expect(cache.load(at.key, into)).toBe(expected !== null);
          if (expected !== null) {
            hits++;
            expect(into).toEqual(expected);
          }
          const stats = cache.stats();
          expect(stats.bytes).toBe(model.used * PAGE);
          expect(stats.bytes).toBeLessThanOrEqual(maxBytes);
          expect(stats).toMatchObject({ hits, evictions: model.evictions });
        }
      }),
    );
  });

  it("tells keys apart that have one hash", () => {
    const [key, other] = ["nakmvxxv", "tbdxatiq"];
    expect(fnv1a(key)).toBe(fnv1a(other));
    const cache = new SharedCache<Float64Array>(createCacheMemory(8 * PAGE, PAGE), 1);
    cache.keep(other, Float64Array.of(1));
    const into = new Float64Array(1);
    expect(cache.load(key, into)).toBe(false);
    cache.keep(key, Float64Array.of(2));
    expect([cache.load(other, into), into[0]]).toEqual([true, 1]);
    expect([cache.load(key, into), into[0]]).toEqual([true, 2]);
  });

  it("grows only as far as it is used", () => {
    const cache = new SharedCache<Float64Array>(createCacheMemory(2 ** 31, 16_384), 1);
    expect(cache.memory.arena.bytes.byteLength).toBe(0);
    cache.keep("row", new Float64Array(1_000));
    expect(cache.memory.arena.bytes.byteLength).toBeLessThanOrEqual(2 ** 23);
    expect(cache.stats()).toMatchObject({ entries: 1, bytes: 16_384, maxBytes: 2 ** 31 });
  });

  it("gives threads what they have put in, while others evict it", async () => {
    const memory = createCacheMemory(40_000, 512);
    const users = [2, 3, 4].map((owner) => use({ memory, owner, rounds: 6_000, hangs: false }));
    const found = await Promise.all(
      users.map(async (user) => {
        const [counts] = await once(user, "message");
        return counts as { right: number; wrong: number };
      }),
    );
    for (const { right, wrong } of found) {
      expect(wrong).toBe(0);
      expect(right).toBeGreaterThan(100);
    }
    expect(new SharedCache<Int32Array>(memory, 1).stats().evictions).toBeGreaterThan(100);
    await Promise.all(users.map((user) => user.terminate()));
  });

  it("is empty and of use again after a thread died at it", async () => {
    const memory = createCacheMemory(40_000, 512);
    const cache = new SharedCache<Int32Array>(memory, 1);
    const values = Int32Array.of(1, 2, 3);
    cache.keep("before", values);
    const user = use({ memory, owner: 2, rounds: 0, hangs: true });
    await once(user, "message");
    const into = new Int32Array(3);
    // Nobody waits for a dead thread for ever.
    expect(cache.load("before", into)).toBe(false);
    await user.terminate();
    cache.recoverFrom(3);
    expect(cache.load("before", into)).toBe(false);
    cache.recoverFrom(2);
    expect(cache.stats()).toMatchObject({ entries: 0, bytes: 0 });
    cache.keep("after", values);
    expect(cache.load("after", into)).toBe(true);
    expect(into).toEqual(values);
  });
});

/** What the cache finds its entries by. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

function use(data: CacheUse): Worker {
  return new Worker(new URL("./cache-user.ts", import.meta.url), { workerData: data });
}
