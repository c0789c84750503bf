import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeRows, RowsMerger } from "../../../src/core/stages/merge-rows.ts";
import { type RankedRows, rowCount } from "../../../src/core/stages/ranked-rows.ts";
import { Ranking } from "../../../src/core/stages/ranking.ts";
import type { RankingKey, Sweep } from "../../../src/core/stages/sweep.ts";
import { TopRows } from "../../../src/core/stages/top-rows.ts";

type Row = readonly number[];

/** Few values, so that ties are the rule; undefined, infinite and both zeros among them. */
const anyValue = fc.constantFrom(
  ...[0, -0, 1, 1, 2, 3.5, -1, Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, -1e300],
);
const anyKeys: fc.Arbitrary<RankingKey[]> = fc
  .array(fc.constantFrom<"ASC" | "DESC">("ASC", "DESC"), { minLength: 1, maxLength: 2 })
  .map((directions) => directions.map((direction) => ({ metric: "sharpe", direction })));

/** Rows with distinct indices in random order, and how they rank. */
const anyRows = anyKeys.chain((keys) =>
  fc
    .array(fc.array(anyValue, { minLength: keys.length, maxLength: keys.length }), {
      maxLength: 400,
      size: "max",
    })
    .chain((values) => {
      const rows = values.map((row, index): Row => [index * 3, ...row]);
      return fc
        .shuffledSubarray(rows, { minLength: rows.length })
        .map((shuffled) => ({ keys, rows: shuffled }));
    }),
);

/** The order in words: undefined last, better first, then the smaller index. */
function sorted(rows: readonly Row[], keys: readonly RankingKey[]): Row[] {
  return rows.toSorted((a, b) => {
    for (const [k, { direction }] of keys.entries()) {
      const [x, y] = [a[k + 1], b[k + 1]];
      if (Number.isNaN(x) && Number.isNaN(y)) continue;
      if (Number.isNaN(x)) return 1;
      if (Number.isNaN(y)) return -1;
      if (x < y) return direction === "ASC" ? -1 : 1;
      if (x > y) return direction === "ASC" ? 1 : -1;
    }
    return a[0] - b[0];
  });
}

function packed(rows: readonly Row[], stride: number): RankedRows {
  return { stride, data: Float64Array.from(rows.flat()) };
}

function unpacked({ stride, data }: RankedRows): number[][] {
  return Array.from({ length: data.length / stride }, (_, i) => [
    ...data.subarray(i * stride, (i + 1) * stride),
  ]);
}

function sweepOf(keys: readonly RankingKey[]): Pick<Sweep, "ranking"> {
  return { ranking: keys as unknown as Sweep["ranking"] };
}

describe("top rows", () => {
  it("take rows out of columns as they take them one by one", () => {
    fc.assert(
      fc.property(anyRows, fc.integer({ min: 1, max: 60 }), ({ keys, rows }, keep) => {
        const inOrder = rows.map(([, ...values], index): Row => [5 + index, ...values]);
        const columns = keys.map((_, k) => Float64Array.from(inOrder, (row) => row[1 + k]));
        const top = new TopRows(new Ranking(keys), keep);
        const half = rows.length >> 1;
        top.offerColumns({ columns, from: 0, count: half }, 5);
        top.offerColumns({ columns, from: half, count: rows.length - half }, 5 + half);
        expect(unpacked(top.drain())).toEqual(sorted(inOrder, keys).slice(0, keep));
      }),
      { numRuns: 200 },
    );
  });

  it("are the first of all rows sorted, however many are kept", () => {
    fc.assert(
      fc.property(anyRows, fc.integer({ min: 1, max: 500 }), ({ keys, rows }, keep) => {
        const top = new TopRows(new Ranking(keys), keep);
        const { stride, data } = packed(rows, 1 + keys.length);
        expect(top.best()).toBeNull();
        for (let offset = 0; offset < data.length; offset += stride) top.offer(data, offset);
        const expected = sorted(rows, keys);
        expect(top.count).toBe(Math.min(keep, rows.length));
        if (rows.length > 0) expect([...top.best()!]).toEqual(expected[0]);
        const drained = top.drain();
        expect(unpacked(drained)).toEqual(expected.slice(0, keep));
        expect(rowCount(drained)).toBe(Math.min(keep, rows.length));
        expect(top.count).toBe(0);
        expect(top.best()).toBeNull();
      }),
      { numRuns: 200 },
    );
  });

  it("copy what they keep", () => {
    const top = new TopRows(new Ranking([{ metric: "sharpe", direction: "DESC" }]), 2);
    const row = Float64Array.of(7, 1);
    top.offer(row, 0);
    row.fill(9);
    expect([...top.best()!]).toEqual([7, 1]);
    top.best()!.fill(5);
    expect(unpacked(top.drain())).toEqual([[7, 1]]);
  });
});

describe("ranking", () => {
  it("orders the words of keys as it orders rows", () => {
    const value = fc.oneof(anyValue, fc.double(), fc.constantFrom(-1e-310, 1 + 2 ** -50, 1));
    const two = anyKeys.chain((keys) => {
      const values = fc.array(value, { minLength: keys.length, maxLength: keys.length });
      return fc.tuple(fc.constant(keys), values, values);
    });
    fc.assert(
      fc.property(two, fc.nat(2 ** 40), ([keys, x, y], index) => {
        const ranking = new Ranking(keys);
        const a = Float64Array.of(index, ...x);
        const b = Float64Array.of(index + 1, ...y);
        const word = (row: Float64Array, w: number) => {
          const words = new Uint32Array(1);
          ranking.keyWords(row, new Uint32Array(1), w, words, 0);
          return words[0];
        };
        let w = 0;
        while (word(a, w) === word(b, w)) w++;
        expect(word(a, w) < word(b, w)).toBe(ranking.before(a, 0, b, 0));
      }),
      { numRuns: 1_000 },
    );
  });

  it("is a total order", () => {
    const row = (keys: number) => fc.array(anyValue, { minLength: keys, maxLength: keys });
    const three = anyKeys.chain((keys) =>
      fc.tuple(fc.constant(keys), fc.array(row(keys.length), { minLength: 3, maxLength: 3 })),
    );
    fc.assert(
      fc.property(three, ([keys, values]) => {
        const ranking = new Ranking(keys);
        const rows = values.map((value, index) => Float64Array.of(index, ...value));
        const precedes = (i: number, j: number) => ranking.before(rows[i], 0, rows[j], 0);
        for (let i = 0; i < 3; i++) {
          expect(precedes(i, i)).toBe(false);
          for (let j = 0; j < 3; j++) {
            if (i !== j) expect(precedes(i, j)).toBe(!precedes(j, i));
            for (let k = 0; k < 3; k++) {
              if (precedes(i, j) && precedes(j, k)) expect(precedes(i, k)).toBe(true);
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("merge", () => {
  it("of any split, in any order, is the one list of all rows", () => {
    const anySplit = fc.array(fc.nat(7), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(anyRows, anySplit, fc.integer({ min: 1, max: 300 }), (all, split, keep) => {
        const { keys, rows } = all;
        const stride = 1 + keys.length;
        const parts = Array.from({ length: 8 }, (_, part) =>
          rows.filter((_, i) => split[i % split.length] === part),
        );
        // Each part keeps only its own best, as a chunk does.
        const lists = parts.map((part) => packed(sorted(part, keys).slice(0, keep), stride));
        const expected = sorted(rows, keys).slice(0, keep);
        expect(unpacked(mergeRows(sweepOf(keys), lists, keep))).toEqual(expected);
        expect(unpacked(mergeRows(sweepOf(keys), lists.toReversed(), keep))).toEqual(expected);
        // Pairwise from the left, as chunks arrive.
        const running = lists.reduce(
          (best, list) => mergeRows(sweepOf(keys), [best, list], keep),
          packed([], stride),
        );
        expect(unpacked(running)).toEqual(expected);
        const merger = new RowsMerger(sweepOf(keys), keep);
        for (const list of lists) {
          merger.add(list);
          // What is kept of it is a copy.
          list.data.fill(Number.NaN);
        }
        expect(unpacked(merger.best())).toEqual(expected);
        expect(unpacked(merger.best())).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});
