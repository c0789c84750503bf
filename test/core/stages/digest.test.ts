import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalBytes, feedColumn, feedDigest } from "../../../src/core/stages/digest.ts";

const anyFloat = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, Number.NaN, Number.MIN_VALUE, -Number.MAX_VALUE),
);

/** A NaN of any of its 2^53 forms: which one an engine leaves is chance. */
const anyNaN = fc.tuple(fc.boolean(), fc.bigInt({ min: 1n, max: 2n ** 52n - 1n }));

describe("canonical bytes", () => {
  it("are float64 little-endian, as a DataView reads them, with the sign of zero", () => {
    fc.assert(
      fc.property(fc.array(anyFloat), (values) => {
        const bytes = canonicalBytes(Float64Array.from(values));
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        expect(values.map((_, i) => view.getFloat64(i * 8, true))).toEqual(values);
      }),
    );
    expect([...canonicalBytes(Float64Array.of(-0))]).toEqual([0, 0, 0, 0, 0, 0, 0, 0x80]);
    expect([...canonicalBytes(Float64Array.of(1))]).toEqual([0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
  });

  it("know one form of NaN", () => {
    fc.assert(
      fc.property(anyNaN, ([negative, payload]) => {
        const bits = BigUint64Array.of(((negative ? 0xfffn : 0x7ffn) << 52n) | payload);
        const value = new Float64Array(bits.buffer);
        expect(value[0]).toBeNaN();
        expect([...canonicalBytes(value)]).toEqual([0, 0, 0, 0, 0, 0, 0xf8, 0x7f]);
      }),
    );
  });

  it("of a view are those of its own values", () => {
    const all = Float64Array.of(1, 2, 3, 4);
    expect(canonicalBytes(all.subarray(1, 3))).toEqual(canonicalBytes(Float64Array.of(2, 3)));
  });
});

it("a column is fed as its canonical bytes, whatever its length", () => {
  // Longer than what is hashed at a time, and NaN where numbers were before.
  const lengths = fc.constantFrom(0, 1, 8_191, 8_192, 8_193, 20_000);
  fc.assert(
    fc.property(lengths, fc.array(anyFloat, { minLength: 1, maxLength: 7 }), (length, values) => {
      const column = Float64Array.from({ length }, (_, i) => values[i % values.length]);
      const hash = createHash("sha256");
      feedColumn(hash, column);
      const expected = createHash("sha256").update(canonicalBytes(column));
      expect(hash.digest("hex")).toBe(expected.digest("hex"));
    }),
    { numRuns: 40 },
  );
});

describe("digest", () => {
  const column = { stage: "STAGE_A", metric: "sharpe", sha256Hex: "ab" } as const;
  const rows = { stride: 2, data: Float64Array.of(7, 0.5, 3, Number.NaN) };

  function fed(...input: Parameters<typeof feedDigest> extends [unknown, ...infer R] ? R : never) {
    const chunks: Uint8Array[] = [];
    feedDigest({ update: (bytes) => chunks.push(bytes.slice()) }, ...input);
    return Buffer.concat(chunks);
  }

  it("is fed what its description says", () => {
    const text = Buffer.from("sweepline digest 1\nSTAGE_A sharpe ab\nresults 2\n");
    const expected = Buffer.concat([text, canonicalBytes(rows.data)]);
    expect(fed([column], rows).equals(expected)).toBe(true);
    const hash = createHash("sha256");
    feedDigest(hash, [column], rows);
    expect(hash.digest("hex")).toBe(createHash("sha256").update(expected).digest("hex"));
  });

  it("changes with every number, their order, and every column", () => {
    const other = { ...column, metric: "calmar" } as const;
    const swapped = { stride: 2, data: Float64Array.of(3, Number.NaN, 7, 0.5) };
    const zero = { stride: 2, data: Float64Array.of(7, 0, 3, Number.NaN) };
    const minus = { stride: 2, data: Float64Array.of(7, -0, 3, Number.NaN) };
    const inputs = [
      fed([column], rows),
      fed([column], swapped),
      fed([column], zero),
      fed([column], minus),
      fed([], rows),
      fed([other], rows),
      fed([column, other], rows),
      fed([other, column], rows),
      fed([{ ...column, stage: "STAGE_B" }], rows),
      fed([{ ...column, sha256Hex: "ac" }], rows),
    ];
    expect(new Set(inputs.map((bytes) => bytes.toString("hex"))).size).toBe(inputs.length);
  });
});
