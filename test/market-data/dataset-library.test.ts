import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CANDLE_COLUMNS, type Candles } from "../../src/core/series/candles.ts";
import { resample } from "../../src/core/series/resample.ts";
import { UserError } from "../../src/core/user-error.ts";
import { columnBytes } from "../../src/market-data/column-bytes.ts";
import { contentHash } from "../../src/market-data/content-hash.ts";
import { candleBytes } from "../../src/market-data/memory-cache.ts";
import { syntheticCandles } from "../../src/market-data/synthetic.ts";
import { DatasetLibrary } from "../../src/runner/dataset-library.ts";
import { type OpenStore, openStore } from "../../src/store/open.ts";
import { POSTGRES } from "../support/databases.ts";
import { arbitrarySeries } from "./arbitrary-series.ts";
import { csvText } from "./csv-text-form.ts";

const encoder = new TextEncoder();
const PLAIN = {
  delimiter: ",",
  lineEnd: "\n",
  bom: false,
  quoted: false,
  upperCase: false,
  volume: true,
  timeName: "time",
  timeForm: "iso",
  extra: false,
  reversed: false,
  tail: "end",
} as const;

let store: OpenStore;
let drop: () => Promise<void>;
let cacheDir: string;
beforeAll(async () => {
  const database = await POSTGRES.create();
  drop = database.drop;
  store = await openStore(database.location);
});
afterAll(async () => {
  await store?.close();
  await drop?.();
});
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "sweepline-library-"));
});
afterEach(() => rm(cacheDir, { recursive: true, force: true }));

function library(options: Partial<ConstructorParameters<typeof DatasetLibrary>[0]> = {}) {
  return new DatasetLibrary({
    store,
    cacheDir,
    maxMemoryBytes: 1e8,
    maxDiskBytes: 1e8,
    ...options,
  });
}

function expectSameBytes(a: Candles, b: Candles): void {
  for (const column of CANDLE_COLUMNS) {
    expect(Buffer.compare(columnBytes(a[column]), columnBytes(b[column]))).toBe(0);
  }
}

async function counted(): Promise<number> {
  return (await store.listDatasets({ first: 1, after: null })).totalCount;
}

const HOURLY = syntheticCandles({ seed: 21, bars: 500 });
const HOURLY_CSV = encoder.encode(csvText(HOURLY, PLAIN));

describe("import", () => {
  it("saves what the file says, whatever its form, once", async () => {
    const datasets = library();
    const before = await counted();
    const first = await datasets.importCandles({
      input: HOURLY_CSV,
      name: "first",
      instrument: "X",
    });
    expect(first.created).toBe(true);
    expect(first.dataset).toMatchObject({
      hash: contentHash({ instrument: "X", timeframe: "1h", candles: HOURLY }),
      name: "first",
      instrument: "X",
      timeframe: "1h",
      bars: 500,
      startMs: HOURLY.time[0],
      endMs: HOURLY.time[499] + 3_600_000,
      gaps: { missingBars: 0, count: 0, longestMs: 0, first: [] },
      source: "csv",
    });
    const form = { ...PLAIN, delimiter: ";", lineEnd: "\r\n", quoted: true, timeForm: "seconds" };
    const again = await datasets.importCandles({
      input: encoder.encode(csvText(HOURLY, form as typeof PLAIN)),
      name: "second",
      instrument: "X",
    });
    expect(again).toEqual({ ...first, created: false });
    expect(await counted()).toBe(before + 1);
    const other = await datasets.importCandles({
      input: HOURLY_CSV,
      name: "first",
      instrument: "Y",
    });
    expect(other.created).toBe(true);
    expect(await datasets.find("first")).toEqual(other.dataset);
    expect(await datasets.find(first.dataset.hash)).toEqual(first.dataset);
  });

  it("saves the same content once when it comes ten times at once", async () => {
    const datasets = library();
    const before = await counted();
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        datasets.importSynthetic({ seed: 5, bars: 2_000, name: `n${i}` }),
      ),
    );
    expect(results.filter((result) => result.created).length).toBe(1);
    expect(new Set(results.map((result) => result.dataset.hash)).size).toBe(1);
    expect(await counted()).toBe(before + 1);
  });

  it("saves nothing when a row is bad, and the rest when told to skip it", async () => {
    const lines = csvText(HOURLY, PLAIN).split("\n");
    lines[7] = lines[7].replace(/,[^,]*,/, ",-1,");
    const input = encoder.encode(lines.join("\n"));
    const datasets = library();
    const before = await counted();
    const refused = datasets.importCandles({ input, name: "bad" });
    await expect(refused).rejects.toThrow("row 8: price -1 is not above 0");
    expect(await counted()).toBe(before);
    expect(await datasets.find("bad")).toBeNull();
    const skipped = await datasets.importCandles({ input, name: "bad", onReject: "skip" });
    expect(skipped.rejected.first).toMatchObject([{ row: 8, code: "PRICE_NOT_POSITIVE" }]);
    expect(skipped.dataset).toMatchObject({ bars: 499, gaps: { missingBars: 1, count: 1 } });
  });

  it("reads a file by its path and says what is wrong with the path", async () => {
    const datasets = library();
    const path = join(cacheDir, "hourly.csv");
    await writeFile(path, HOURLY_CSV);
    const { dataset } = await datasets.importCandles({ path, name: "by path", instrument: "X" });
    expect(dataset.bars).toBe(500);
    const import_ = (wrong: string) => datasets.importCandles({ path: wrong, name: "n" });
    await expect(import_(`${path}.absent`)).rejects.toThrow("path: there is no such file");
    await expect(import_(cacheDir)).rejects.toThrow("path: this is a directory");
    await expect(import_("a\0b")).rejects.toBeInstanceOf(UserError);
  });

  it("refuses names that nobody could use", async () => {
    const datasets = library();
    for (const name of ["", " x", "x".repeat(201), "a\nb", "\ud800", "f".repeat(64)]) {
      await expect(datasets.importSynthetic({ seed: 1, bars: 10, name })).rejects.toBeInstanceOf(
        UserError,
      );
    }
    const timeframe = "7m" as never;
    const request = { input: HOURLY_CSV, name: "n", timeframe };
    await expect(datasets.importCandles(request)).rejects.toThrow("timeframe: not a timeframe");
  });
});

describe("candles", () => {
  it("come back from the store to the bit, for any series", async () => {
    const datasets = library({ cacheDir: null, maxMemoryBytes: 0 });
    await fc.assert(
      fc.asyncProperty(arbitrarySeries({ maxBars: 30 }), async ({ candles, timeframe }) => {
        const input = encoder.encode(csvText(candles, PLAIN));
        const { dataset } = await datasets.importCandles({ input, name: "any", timeframe });
        expectSameBytes(await datasets.candles(dataset.hash), candles);
      }),
      { numRuns: 25 },
    );
    expect(datasets.stats()).toMatchObject([{ name: "memory", entries: 0, hits: 0 }]);
  });

  it("are loaded once for simultaneous callers, then come from memory or disk", async () => {
    const { dataset } = await library().importSynthetic({ seed: 6, bars: 3_000 });
    const datasets = library();
    const loaded = await Promise.all(
      Array.from({ length: 8 }, () => datasets.candles(dataset.hash)),
    );
    expect(new Set(loaded).size).toBe(1);
    expect(loaded[0].close.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(datasets.storeLoads).toBe(1);
    expect(await datasets.candles(dataset.hash)).toBe(loaded[0]);
    expect(datasets.stats()).toMatchObject([
      { name: "memory", hits: 1, misses: 1, entries: 1, bytes: candleBytes(3_000) },
      { name: "disk", hits: 0, misses: 1, entries: 1 },
    ]);
    const restarted = library();
    expectSameBytes(await restarted.candles(dataset.hash), loaded[0]);
    expect(restarted.storeLoads).toBe(0);
    expect(restarted.stats()).toMatchObject([{}, { name: "disk", hits: 1, misses: 0 }]);
  });

  it("are loaded from the store again when the file on disk is damaged", async () => {
    const datasets = library({ maxMemoryBytes: 0 });
    const { dataset } = await datasets.importSynthetic({ seed: 7, bars: 1_000 });
    const expected = await datasets.candles(dataset.hash);
    const [file] = await readdir(cacheDir);
    const bytes = await readFile(join(cacheDir, file));
    bytes[4_000] ^= 1;
    await writeFile(join(cacheDir, file), bytes);
    expectSameBytes(await datasets.candles(dataset.hash), expected);
    expect(datasets.storeLoads).toBe(2);
    expect(datasets.stats()).toMatchObject([{}, { damaged: 1, entries: 1 }]);
    expectSameBytes(await datasets.candles(dataset.hash), expected);
    expect(datasets.storeLoads).toBe(2);
  });

  it("work without any cache", async () => {
    const datasets = library({ cacheDir: null, maxMemoryBytes: 0, maxDiskBytes: 0 });
    const { dataset } = await datasets.importSynthetic({ seed: 9, bars: 100 });
    await datasets.candles(dataset.hash);
    await datasets.candles(dataset.hash);
    expect(datasets.storeLoads).toBe(2);
    const zero = library({ maxMemoryBytes: 0, maxDiskBytes: 0 });
    await zero.resampled(dataset.hash, "4h");
    expect(await readdir(cacheDir)).toEqual([]);
  });

  it("are never served when the store holds something else under their hash", async () => {
    const datasets = library({ cacheDir: null, maxMemoryBytes: 0 });
    const { dataset } = await datasets.importSynthetic({ seed: 10, bars: 100 });
    await store.database.db.execute(
      sql`update datasets set instrument = 'another' where hash = ${dataset.hash}`,
    );
    await expect(datasets.candles(dataset.hash)).rejects.toThrow("damaged in the store");
    await store.database.db.execute(
      sql`update datasets set instrument = 'synthetic' where hash = ${dataset.hash}`,
    );
    await datasets.candles(dataset.hash);
    await store.database.db.execute(
      sql`delete from dataset_blocks where hash = ${dataset.hash} and "column" = 'low'`,
    );
    await expect(datasets.candles(dataset.hash)).rejects.toThrow("column blocks");
  });

  it("of no dataset are a NOT_FOUND, whatever the text", async () => {
    const datasets = library();
    for (const hash of ["", "no such", "../../etc/passwd", "0".repeat(64)]) {
      const notFound = { name: "UserError", code: "NOT_FOUND" };
      await expect(datasets.candles(hash)).rejects.toMatchObject(notFound);
      await expect(datasets.resampled(hash, "1d")).rejects.toMatchObject(notFound);
      await expect(datasets.require(hash)).rejects.toMatchObject(notFound);
    }
    expect(datasets.stats()).toMatchObject([{ entries: 0 }, { faults: 0 }]);
  });
});

describe("resampled candles", () => {
  it("equal resampling by hand, are cached under their timeframe and made once", async () => {
    const { dataset } = await library().importSynthetic({ seed: 12, bars: 5_000, timeframe: "5m" });
    const datasets = library();
    const [first, second] = await Promise.all([
      datasets.resampled(dataset.hash, "1h"),
      datasets.resampled(dataset.hash, "1h"),
    ]);
    expect(second).toBe(first);
    const source = syntheticCandles({ seed: 12, bars: 5_000, timeframe: "5m" });
    expectSameBytes(first, resample(source, "5m", "1h"));
    expect(first.close.buffer).toBeInstanceOf(SharedArrayBuffer);
    const restarted = library();
    expectSameBytes(await restarted.resampled(dataset.hash, "1h"), first);
    expect(restarted.storeLoads).toBe(0);
  });

  it("are the candles themselves for their own timeframe, refused for a shorter", async () => {
    const datasets = library();
    const { dataset } = await datasets.importSynthetic({ seed: 13, bars: 50 });
    const own = await datasets.candles(dataset.hash);
    expect(await datasets.resampled(dataset.hash, "1h")).toBe(own);
    await expect(datasets.resampled(dataset.hash, "5m")).rejects.toThrow("shorter 5m");
    expect(datasets.stats()).toMatchObject([{ entries: 1 }, {}]);
  });
});
