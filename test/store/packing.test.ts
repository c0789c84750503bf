import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  packChunks,
  packColumns,
  packFloats,
  unpackColumns,
  unpackFloats,
} from "../../src/store/packing.ts";

const bytesOf = (floats: Float64Array) =>
  Buffer.from(floats.buffer, floats.byteOffset, floats.byteLength);
/** Long and flat ones are compressed; of others the longest has more than one block. */
const anyColumn = fc
  .record({
    length: fc.oneof(
      fc.integer({ min: 0, max: 1_100 }),
      fc.constantFrom(8_223, 8_224, 16_384, 16_385, 40_000),
    ),
    seed: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
    flat: fc.boolean(),
  })
  .map(({ length, seed, flat }) =>
    Float64Array.from({ length }, (_, i) => (flat ? Number.NaN : Math.sin(seed + i * i))),
  );

describe("packed numbers", () => {
  it("are frames of Zstandard, and the same numbers again", async () => {
    await fc.assert(
      fc.asyncProperty(anyColumn, async (column) => {
        const packed = await packFloats([column]);
        expect(zstdDecompressSync(packed).equals(bytesOf(column))).toBe(true);
        for (const count of [column.length, undefined]) {
          expect(bytesOf(await unpackFloats(packed, count)).equals(bytesOf(column))).toBe(true);
        }
      }),
    );
  });

  it("are read as older versions have compressed them", async () => {
    await fc.assert(
      fc.asyncProperty(anyColumn, async (column) => {
        const unpacked = await unpackFloats(zstdCompressSync(bytesOf(column)), column.length);
        expect(bytesOf(unpacked).equals(bytesOf(column))).toBe(true);
      }),
    );
  });

  it("are compressed where that is worth it, and cost a few bytes where it is not", async () => {
    const column = (number: (i: number) => number) =>
      Float64Array.from({ length: 40_000 }, (_, i) => number(i));
    const flat = await packFloats([column((i) => i >> 8)]);
    expect(flat.byteLength).toBeLessThan(40_000);
    const rough = await packFloats([column((i) => Math.sin(i * i))]);
    expect(rough.byteLength - 320_000).toBe(4 + 1 + 4 + 3 * 3);
  });

  it("of several chunks lie one behind the other", async () => {
    const numbers = (length: number, first: number) =>
      Float64Array.from({ length }, (_, i) => first + i);
    const chunks = [
      { rows: numbers(8, 0.5), columns: [numbers(20_000, 1), numbers(20_000, Math.PI)] },
      { rows: numbers(0, 0), columns: [numbers(1, 2)] },
    ];
    const { bytes, sizes } = await packChunks(chunks);
    let at = 0;
    for (const [i, { rows, columns }] of chunks.entries()) {
      const [rowsAt, columnsAt] = [at, at + sizes[i].rows];
      at = columnsAt + sizes[i].columns;
      expect(await unpackFloats(bytes.subarray(rowsAt, columnsAt))).toEqual(rows);
      expect(await unpackColumns(bytes.subarray(columnsAt, at), columns.length)).toEqual(columns);
    }
    expect(at).toBe(bytes.byteLength);
  });

  it("of several columns come back apart", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyColumn, { minLength: 1, maxLength: 3 }), async (columns) => {
        const unpacked = await unpackColumns(await packColumns(columns), columns.length);
        expect(unpacked).toHaveLength(columns.length);
        for (const [i, column] of unpacked.entries()) {
          expect(bytesOf(column).equals(bytesOf(columns[i]))).toBe(true);
        }
      }),
    );
  });
});
