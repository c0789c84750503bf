import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RangeExtremes } from "../../../src/core/series/range-extremes.ts";

/** Few values, so that extremes repeat; lengths around the blocks and the levels of the table. */
const anySeries = fc
  .array(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double({ noNaN: true })), {
    minLength: 1,
    maxLength: 400,
    size: "max",
  })
  .map((values) => Float64Array.from(values));

describe("range extremes", () => {
  it("are the least and the greatest of any range", () => {
    fc.assert(
      fc.property(anySeries, fc.array(fc.tuple(fc.nat(), fc.nat())), (series, ranges) => {
        const extremes = new RangeExtremes(series);
        const all = [...ranges, [0, series.length - 1]];
        for (const [a, b] of all) {
          const from = a % series.length;
          const to = from + 1 + (b % (series.length - from));
          extremes.query(from, to);
          const bars = [...series.subarray(from, to)];
          expect(extremes.min).toBe(bars.reduce((least, x) => (x < least ? x : least)));
          expect(extremes.max).toBe(bars.reduce((most, x) => (x > most ? x : most)));
        }
      }),
      { numRuns: 200 },
    );
  });

  it("are right for every range around the borders of blocks", () => {
    const series = Float64Array.from({ length: 67 }, (_, t) => ((t * 37) % 67) - 33);
    const extremes = new RangeExtremes(series);
    for (let from = 0; from < series.length; from++) {
      for (let to = from + 1; to <= series.length; to++) {
        extremes.query(from, to);
        const bars = series.subarray(from, to);
        expect([extremes.min, extremes.max]).toEqual([Math.min(...bars), Math.max(...bars)]);
      }
    }
  });
});
