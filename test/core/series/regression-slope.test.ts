import fc from "fast-check";
import { expect, it } from "vitest";
import { PrefixSum } from "../../../src/core/series/prefix-sum.ts";
import { regressionSlopes } from "../../../src/core/series/regression-slope.ts";

const windows = fc.integer({ min: 2, max: 30 });

function slopesOf(series: Float64Array, window: number): Float64Array {
  const sums = PrefixSum.of(series);
  return regressionSlopes(sums, sums.means(window), window);
}

it("has the sign of the exact slope, and is 0 exactly where that is", () => {
  const ticks = fc.array(fc.integer({ min: 107_000, max: 107_020 }), {
    minLength: 2,
    maxLength: 80,
    size: "max",
  });
  let level = 0;
  fc.assert(
    fc.property(ticks, windows, (values, window) => {
      const series = Float64Array.from(values, (tick) => tick / 1e5);
      slopesOf(series, window).forEach((slope, t) => {
        if (t + 1 < window) {
          expect(slope).toBeNaN();
          return;
        }
        const moment = momentOf(values.slice(t + 1 - window, t + 1));
        expect(Math.sign(slope)).toBe(Math.sign(moment));
        // The sum of the squared distances of the bars from their middle is n(n^2 - 1) / 12.
        const exact = moment / 1e5 / ((window * (window * window - 1)) / 12);
        expect(Math.abs(slope - exact)).toBeLessThan(2e-15);
        level += moment === 0 ? 1 : 0;
      });
    }),
    { numRuns: 300 },
  );
  expect(level).toBeGreaterThan(0);
});

it("of a straight line is its slope", () => {
  const line = Float64Array.from({ length: 60 }, (_, t) => 3 - t / 8);
  for (const window of [2, 3, 14, 60]) {
    const slopes = slopesOf(line, window).subarray(window - 1);
    for (const slope of slopes) expect(Math.abs(slope + 1 / 8)).toBeLessThan(1e-14);
  }
});

/** Sum of each value times the distance of its bar from the middle one: an integer or a half. */
function momentOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  return values.reduce((sum, value, i) => sum + (i - middle) * (value - values[0]), 0);
}
