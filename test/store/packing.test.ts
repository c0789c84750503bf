import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packColumns, packFloats, unpackColumns, unpackFloats } from "../../src/store/packing.ts";

const bytesOf = (floats: Float64Array) =>
  Buffer.from(floats.buffer, floats.byteOffset, floats.byteLength);
/** On both sides of what is stored as it is and what is compressed. */
const anyColumn = fc
  .record({ length: fc.integer({ min: 0, max: 1_100 }), seed: fc.double(), flat: fc.boolean() })
  .map(({ length, seed, flat }) =>
    Float64Array.from({ length }, (_, i) => (flat ? Number.NaN : Math.sin(seed + i))),
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

  it("of several columns come back apart", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyColumn, { minLength: 1, maxLength: 3 }), async (columns) => {
        const unpacked = await unpackColumns(await packColumns(columns), columns.length);
        expect(unpacked.map((column) => bytesOf(column))).toEqual(columns.map(bytesOf));
      }),
    );
  });
});
