import { promisify } from "node:util";
import { deflate } from "node:zlib";
import { expect, it } from "vitest";
import { ColumnReader, type StageColumns } from "../../src/runner/column-reader.ts";
import { columnPlaces, packColumns, packFloats } from "../../src/store/packing.ts";
import type { ColumnPart } from "../../src/store/store.ts";

const COUNT = 2;

/** As one column tells it from every other. */
function column(of: number, from: number, length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => ((from + i) * (of + 1)) / 3);
}

/** Chunks of the lengths given, each packed as one of the three forms there are. */
async function packedStage(lengths: readonly number[]) {
  const bytes: Uint8Array[] = [];
  const chunks: StageColumns["chunks"][number][] = [];
  let from = 0;
  for (const [no, length] of lengths.entries()) {
    const columns = Array.from({ length: COUNT }, (_, c) => column(c, from, length));
    const forms = [
      () => packColumns(columns),
      () => packFloats(columns),
      () => promisify(deflate)(Buffer.concat(columns.map((c) => new Uint8Array(c.buffer)))),
    ];
    const packed = await forms[no % forms.length]();
    bytes.push(packed);
    const places = columnPlaces(packed);
    chunks.push({ no, from, to: from + length, packedBytes: packed.byteLength, places });
    from += length;
  }
  const of: StageColumns = { runId: "run", stage: "STAGE_A", cells: 1, chunks, count: COUNT };
  const columnParts = async (_run: string, _stage: string, parts: readonly ColumnPart[]) =>
    parts.map(({ no, at, bytes: length }) => bytes[no].subarray(at, at + length));
  return { of, from, columnParts };
}

it("reads the columns asked for, in order, whatever they are kept as", async () => {
  // More than is asked for together, a chunk that is more by itself, and one of a single variant.
  const lengths = [300_000, 1, 250_000, 550_000, 30_000, 7];
  const { of, from: positions, columnParts } = await packedStage(lengths);
  for (const maxBytes of [0, 2 ** 30]) {
    const reader = new ColumnReader({ columnParts }, maxBytes);
    for (const columns of [[1], [1, 0]]) {
      let next = 0;
      for await (const block of reader.blocks(of, columns)) {
        expect(block.from).toBe(next);
        expect(block.columns.length).toBe(columns.length);
        for (const [i, c] of columns.entries()) {
          const wanted = column(c, next, block.columns[i].length);
          expect(Buffer.compare(bytesOf(block.columns[i]), bytesOf(wanted))).toBe(0);
        }
        next += block.columns[0].length;
      }
      expect(next).toBe(positions);
    }
  }
});

it("whoever gives up early, or whose columns are gone, leaves nothing behind", async () => {
  const { of, columnParts } = await packedStage([550_000, 550_000, 550_000, 550_000]);
  const gone = new ColumnReader({ columnParts: async () => [] }, 0);
  const read = async () => {
    for await (const _ of gone.blocks(of, [0]));
  };
  await expect(read()).rejects.toThrow("removed meanwhile");
  let asked = 0;
  const perChunk = Math.ceil(of.chunks[0].places![0].bytes / 2 ** 21) + 1;
  const failsLater = new ColumnReader(
    {
      columnParts: async (...args) => {
        if (++asked > perChunk) throw new Error("the database is away");
        return columnParts(...args);
      },
    },
    0,
  );
  for await (const { from } of failsLater.blocks(of, [0])) {
    expect(from).toBe(0);
    break;
  }
});

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
