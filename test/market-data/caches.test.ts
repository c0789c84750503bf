import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { allocateCandles, CANDLE_COLUMNS, type Candles } from "../../src/core/series/candles.ts";
import { candleFileBytes } from "../../src/market-data/candle-file.ts";
import { columnBytes } from "../../src/market-data/column-bytes.ts";
import { DiskCache } from "../../src/market-data/disk-cache.ts";
import { candleBytes, MemoryCache } from "../../src/market-data/memory-cache.ts";
import { syntheticCandles } from "../../src/market-data/synthetic.ts";

function sameBytes(a: Candles, b: Candles): boolean {
  return CANDLE_COLUMNS.every((c) => Buffer.compare(columnBytes(a[c]), columnBytes(b[c])) === 0);
}

describe("memory cache", () => {
  it("does what a list of the most recently used would, within its bytes", () => {
    const step = fc.record({
      set: fc.boolean(),
      key: fc.constantFrom("a", "b", "c", "d", "e"),
      bars: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(fc.array(step), fc.nat({ max: 12 }), (steps, maxBars) => {
        const maxBytes = candleBytes(maxBars);
        const cache = new MemoryCache(maxBytes);
        let model: { key: string; candles: Candles }[] = [];
        for (const { set, key, bars } of steps) {
          const held = model.find((entry) => entry.key === key);
          model = model.filter((entry) => entry.key !== key);
          if (set) {
            const candles = allocateCandles(bars);
            cache.set(key, candles);
            if (bars > maxBars) continue;
            while (barsOf(model) + bars > maxBars) model.shift();
            model.push({ key, candles });
          } else {
            expect(cache.get(key)).toBe(held?.candles);
            if (held !== undefined) model.push(held);
          }
          const { entries, bytes } = cache.counters();
          expect([entries, bytes]).toEqual([model.length, candleBytes(barsOf(model))]);
          expect(bytes).toBeLessThanOrEqual(maxBytes);
        }
      }),
    );
  });

  it("counts hits, misses and evictions, and holds nothing with no bytes", () => {
    const cache = new MemoryCache(candleBytes(2));
    cache.set("a", allocateCandles(1));
    cache.set("b", allocateCandles(1));
    cache.get("a");
    cache.set("c", allocateCandles(1));
    expect(cache.get("b")).toBeUndefined();
    expect(cache.counters()).toMatchObject({ hits: 1, misses: 1, evictions: 1, entries: 2 });
    const none = new MemoryCache(0);
    none.set("a", allocateCandles(1));
    expect(none.get("a")).toBeUndefined();
  });
});

function barsOf(model: readonly { candles: Candles }[]): number {
  return model.reduce((sum, { candles }) => sum + candles.time.length, 0);
}

describe("disk cache", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "sweepline-cache-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const candles = syntheticCandles({ seed: 8, bars: 300 });
  const fileOf = (key: string) => join(directory, `${key}.candles`);

  it("gives back every bit in shared memory, also to another process", async () => {
    await new DiskCache(directory, 1e6).set("k", candles);
    const other = new DiskCache(directory, 1e6);
    const read = await other.get("k");
    expect(read?.close.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(sameBytes(read!, candles)).toBe(true);
    expect(await other.get("absent")).toBeNull();
    expect(other.counters()).toMatchObject({ hits: 1, misses: 1, damaged: 0, faults: 0 });
  });

  it("finds any damage, deletes the file and goes on", async () => {
    const damage = fc.record({
      kind: fc.constantFrom("flip", "cut", "longer", "renamed", "empty"),
      at: fc.nat(),
      bit: fc.nat({ max: 7 }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ kind, at, bit }) => {
        const cache = new DiskCache(directory, 1e6);
        await cache.set("k", candles);
        const bytes = await readFile(fileOf("k"));
        const key = kind === "renamed" ? "other" : "k";
        // Bytes 12 to 15 are spare and carry nothing.
        const hit = at % bytes.length;
        fc.pre(kind !== "flip" || hit < 12 || hit > 15);
        if (kind === "flip") bytes[hit] ^= 1 << bit;
        const pieces = {
          flip: bytes,
          cut: bytes.subarray(0, hit),
          longer: Buffer.concat([bytes, Buffer.alloc(1)]),
          renamed: bytes,
          empty: Buffer.alloc(0),
        };
        await writeFile(fileOf(key), pieces[kind as keyof typeof pieces]);
        expect(await cache.get(key)).toBeNull();
        expect(cache.counters().damaged).toBe(1);
        await expect(stat(fileOf(key))).rejects.toThrow("ENOENT");
      }),
      { numRuns: 100 },
    );
  });

  it("stays within its bytes and drops the least recently used", async () => {
    const bytes = candleFileBytes(300);
    const cache = new DiskCache(directory, 2 * bytes);
    await cache.set("a", candles);
    await cache.set("b", candles);
    await utimes(fileOf("a"), 1, 1);
    await utimes(fileOf("b"), 2, 2);
    await cache.get("a");
    await cache.set("c", candles);
    expect((await readdir(directory)).sort()).toEqual(["a.candles", "c.candles"]);
    expect(cache.counters()).toMatchObject({ evictions: 1, entries: 2, bytes: 2 * bytes });
    await cache.set("large", syntheticCandles({ seed: 1, bars: 700 }));
    expect(await cache.get("large")).toBeNull();
    await new DiskCache(directory, 0).set("none", candles);
    expect((await readdir(directory)).sort()).toEqual(["a.candles", "c.candles"]);
  });

  it("keeps its bound when many write at once", async () => {
    const bytes = candleFileBytes(300);
    const cache = new DiskCache(directory, 3 * bytes);
    const keys = Array.from({ length: 12 }, (_, i) => `k${i}`);
    await Promise.all(keys.map((key) => cache.set(key, candles)));
    expect((await readdir(directory)).length).toBe(3);
    expect(cache.counters()).toMatchObject({ entries: 3, bytes: 3 * bytes, evictions: 9 });
  });

  it("clears up after a writer that died, not after one that may live", async () => {
    const dead = join(directory, "x.candles.1.unfinished");
    const alive = join(directory, "y.candles.2.unfinished");
    await writeFile(dead, "half");
    await writeFile(alive, "half");
    await utimes(dead, 1, 1);
    await new DiskCache(directory, 1e6).set("k", candles);
    expect((await readdir(directory)).sort()).toEqual(["k.candles", "y.candles.2.unfinished"]);
  });

  it("counts a file system that refuses and forgets, but does not fail", async () => {
    const blocked = join(directory, "file");
    await writeFile(blocked, "not a directory");
    const cache = new DiskCache(blocked, 1e6);
    await cache.set("k", candles);
    expect(await cache.get("k")).toBeNull();
    expect(cache.counters()).toMatchObject({ faults: 2, misses: 1, entries: 0 });
  });
});
