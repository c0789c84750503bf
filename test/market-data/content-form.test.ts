import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CANDLE_COLUMNS, type Candles, sliceCandles } from "../../src/core/series/candles.ts";
import { UserError } from "../../src/core/user-error.ts";
import { type CandleContent, readContent } from "../../src/market-data/content-form.ts";
import { csvSource } from "../../src/market-data/csv.ts";
import { csvText, inPieces, seriesAndForm } from "./csv-text-form.ts";

const GOLDEN = join(import.meta.dirname, "../golden");
const PARQUET = join(GOLDEN, "parquet");
const MAX_BYTES = 2 ** 24;

const read = (input: CandleContent["input"], options: Partial<CandleContent> = {}) =>
  readContent({ input, maxBytes: MAX_BYTES, ...options });

function expectSame(actual: Candles, expected: Candles): void {
  for (const column of CANDLE_COLUMNS) expect([...actual[column]]).toEqual([...expected[column]]);
}

/** The bars that scripts/golden/parquet.py has written in every form. */
async function firstBars(): Promise<Candles> {
  const input = readFileSync(join(GOLDEN, "candles/sp500.csv"));
  const { candles } = await csvSource.read({ input });
  return sliceCandles(candles, 0, 120);
}

describe("parquet", () => {
  const files = readdirSync(PARQUET);

  it("has a file of every codec, unit and form of time", () => {
    expect(files.length).toBe(13);
  });

  it.each(files)("reads the same candles, to the bit, from %s by pyarrow", async (file) => {
    const { candles, source, timeframe, rejected } = await read(readFileSync(join(PARQUET, file)));
    expect({ source, timeframe, rejected: rejected.count }).toEqual({
      source: "parquet",
      timeframe: "1d",
      rejected: 0,
    });
    expectSame(candles, await firstBars());
  });

  it("is refused, not thrown at, wherever it ends too early", async () => {
    const bytes = readFileSync(join(PARQUET, "codec-zstd.parquet"));
    const cut = fc.integer({ min: 4, max: bytes.length - 1 });
    await fc.assert(
      fc.asyncProperty(cut, async (length) => {
        await expect(read(bytes.subarray(0, length))).rejects.toThrow(UserError);
      }),
      { numRuns: 40 },
    );
  });

  it("never reads a damaged file as other candles without saying so, nor crashes", async () => {
    const bytes = readFileSync(join(PARQUET, "codec-snappy.parquet"));
    const place = fc.integer({ min: 0, max: bytes.length - 1 });
    await fc.assert(
      fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Uint8Array.from(bytes);
        damaged[at] ^= flip;
        const outcome = await read(damaged).catch((error: unknown) => error);
        // A flipped bit of a price may be another price; anything else is a UserError.
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(UserError);
      }),
      { numRuns: 60 },
    );
  });

  it("is refused where its groups do not add up to its rows", async () => {
    const bytes = Uint8Array.from(readFileSync(join(PARQUET, "codec-snappy.parquet")));
    // A byte of a group's number of rows, found by the property above.
    bytes[8_341] ^= 1;
    await expect(read(bytes)).rejects.toMatchObject({ code: "VALIDATION" });
  });

  it("names the columns it misses, and the bars beyond the bound", async () => {
    const bytes = readFileSync(join(PARQUET, "date.parquet"));
    await expect(read(bytes, { maxBars: 119 })).rejects.toMatchObject({
      complaints: [{ path: "rows", value: "120", bound: "<= 119" }],
    });
    const renamed = Buffer.from(bytes.toString("latin1").replaceAll("Close", "Clxse"), "latin1");
    await expect(read(renamed)).rejects.toThrow("header: no column for close");
  });
});

describe("gzip", () => {
  it("is unpacked on the way, wherever the pieces of the stream end", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(seriesAndForm, sizes, async ({ series, form }, pieces) => {
        const text = new TextEncoder().encode(csvText(series.candles, form));
        const { timeframe } = series;
        const plain = await read(text, { timeframe });
        const packed = await read(inPieces(gzipSync(text), pieces), { timeframe });
        expect(packed).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });

  it("may hold Parquet, and more than one member", async () => {
    const bytes = readFileSync(join(PARQUET, "codec-none.parquet"));
    expectSame((await read(gzipSync(bytes))).candles, await firstBars());
    const csv = readFileSync(join(GOLDEN, "candles/synthetic.csv"));
    const members = [csv.subarray(0, 1_000), csv.subarray(1_000)].map((part) => gzipSync(part));
    expect(await read(Buffer.concat(members))).toEqual(await read(csv));
  });

  it("is refused where it is damaged or cut off", async () => {
    const packed = gzipSync(readFileSync(join(GOLDEN, "candles/synthetic.csv")));
    await expect(read(packed.subarray(0, packed.length - 100))).rejects.toThrow(
      "input: this gzip file is damaged",
    );
    const damaged = Uint8Array.from(packed);
    damaged[packed.length >> 1] ^= 0xff;
    await expect(read(damaged)).rejects.toThrow(UserError);
  });

  it("is refused as soon as it has unpacked more than the bound", async () => {
    const header = "time,open,high,low,close,volume\n";
    const bomb = gzipSync(Buffer.concat([Buffer.from(header), Buffer.alloc(2 ** 24, "1")]));
    expect(bomb.length).toBeLessThan(2 ** 16);
    await expect(read(bomb, { maxBytes: 2 ** 16 })).rejects.toMatchObject({
      code: "VALIDATION",
      details: { maxBytes: 2 ** 16 },
    });
  });
});
