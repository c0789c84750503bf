import fc from "fast-check";
import { expect, it } from "vitest";
import { OrderStatistics } from "../../../src/core/surfaces/order-statistics.ts";
import { selectRanks } from "../../../src/core/surfaces/select-ranks.ts";
import { type ValueBins, ValueSample } from "../../../src/core/surfaces/value-bins.ts";

const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -3, max: 3 }),
);

it("selected ranks hold what sorting puts there", () => {
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 60 }),
      fc.array(fc.nat(), { maxLength: 9 }),
      (list, picks) => {
        const ranks = [...new Set(picks.map((n) => n % list.length))].sort((a, b) => a - b);
        const values = Float64Array.from([9, ...list, -9]);
        selectRanks(values, 1, list.length + 1, ranks);
        const sorted = Float64Array.from(list).sort();
        for (const rank of ranks) expect(values[1 + rank] + 0).toBe(sorted[rank] + 0);
        expect([values[0], values.at(-1)]).toEqual([9, -9]);
      },
    ),
    { numRuns: 300 },
  );
});

it("finds every rank of every bucket, holding no more than its room", () => {
  const buckets = fc.array(fc.nat({ max: 3 }), { maxLength: 4 });
  const items = fc.array(fc.tuple(buckets, value), { maxLength: 60 });
  fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 20 }), (list, room) => {
      const inBucket = (b: number) =>
        list.flatMap(([own, v]) => own.filter((bucket) => bucket === b).map(() => v));
      const values = [0, 1, 2, 3].map(inBucket);
      const all = (count: number) => Array.from({ length: count }, (_, rank) => rank);
      const sample = new ValueSample();
      sample.offerAll(Float64Array.from(list, ([, v]) => v));
      const counts = values.map((own) => own.length);
      const order = new OrderStatistics(counts, all, sample.bins(), room);
      for (let pass = order.next(); pass !== null; pass = order.next()) {
        for (const [own, v] of list) {
          pass.begin(Float64Array.of(v));
          for (const bucket of own) {
            pass.put({ count: 1, buckets: Int32Array.of(bucket), ends: Int32Array.of(1) });
          }
        }
        pass.end();
      }
      values.forEach((own, b) => {
        Float64Array.from(own)
          .sort()
          .forEach((wanted, rank) => {
            expect(order.value(b, rank) + 0).toBe(wanted + 0);
          });
      });
    }),
    { numRuns: 200 },
  );
});

it("bins are in the order of values, and part them in spite of outliers", () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 50 }), (list) => {
      const sample = new ValueSample();
      sample.offerAll(Float64Array.from(list));
      const bins = sample.bins();
      const found = binsOf(bins, Float64Array.from(list).sort());
      expect(found).toEqual(found.toSorted((a, b) => a - b));
      for (const bin of found) expect(bin >= 0 && bin < bins.count).toBe(true);
    }),
  );
  const sample = new ValueSample();
  const values = Float64Array.from({ length: 40_000 }, (_, i) =>
    i % 1_000 === 0 ? 1e200 : (i * 7919) % 40_000,
  );
  for (let i = 0; i < values.length; i += 700) sample.offerAll(values.subarray(i, i + 700));
  const bins = sample.bins();
  const counts = new Float64Array(bins.count);
  for (const bin of binsOf(bins, values)) counts[bin]++;
  expect(Math.max(...counts)).toBeLessThan(values.length / 20);
});

function binsOf(bins: ValueBins, values: Float64Array): number[] {
  const found = new Int32Array(values.length);
  bins.ofAll(values, found);
  return [...found];
}
