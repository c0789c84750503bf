import fc from "fast-check";
import { expect, it } from "vitest";
import { PrefixSum } from "../../../src/core/series/prefix-sum.ts";
import { volumeWeightedMeans } from "../../../src/core/series/volume-weighted-mean.ts";
import { correctlyRounded } from "../../support/rational.ts";

const windows = fc.integer({ min: 1, max: 12 });

it("on a grid is the correctly rounded quotient of the decimal numbers", () => {
  const bar = fc.record({
    tick: fc.integer({ min: 1, max: 9_000_000 }),
    lots: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_000_000 })),
  });
  const scales = fc.constantFrom(1, 100, 100_000);
  fc.assert(
    fc.property(
      fc.array(bar, { minLength: 1, maxLength: 60, size: "max" }),
      scales,
      windows,
      (bars, scale, window) => {
        const price = PrefixSum.of(Float64Array.from(bars, ({ tick }) => tick / scale));
        const volume = PrefixSum.of(Float64Array.from(bars, ({ lots }) => lots / 10));
        volumeWeightedMeans(price, volume, window).forEach((mean, t) => {
          const inWindow = bars.slice(Math.max(0, t + 1 - window), t + 1);
          const paid = sum(inWindow.map(({ tick, lots }) => BigInt(tick) * BigInt(lots)));
          const traded = sum(inWindow.map(({ lots }) => BigInt(lots)));
          const defined = t + 1 >= window && traded > 0n;
          const expected = defined ? correctlyRounded(paid, traded * BigInt(scale)) : Number.NaN;
          expect(mean, `bar ${t}`).toBe(expected);
        });
      },
    ),
    { numRuns: 300 },
  );
});

it("with holes and off every grid is near the plain sums, or undefined", () => {
  const value = fc.oneof(
    { arbitrary: fc.double({ min: 0.5, max: 2, noNaN: true }), weight: 8 },
    { arbitrary: fc.integer({ min: 1, max: 20 }), weight: 4 },
    { arbitrary: fc.constant(Number.NaN), weight: 1 },
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 60, size: "max" }),
      windows,
      (bars, window) => {
        const price = PrefixSum.of(Float64Array.from(bars, ([x]) => x));
        const volume = PrefixSum.of(Float64Array.from(bars, ([, x]) => x));
        volumeWeightedMeans(price, volume, window).forEach((mean, t) => {
          const inWindow = bars.slice(Math.max(0, t + 1 - window), t + 1);
          const paid = inWindow.reduce((total, [p, v]) => total + p * v, 0);
          const traded = inWindow.reduce((total, [, v]) => total + v, 0);
          if (t + 1 < window || Number.isNaN(paid)) expect(mean, `bar ${t}`).toBeNaN();
          else expect(Math.abs(mean / (paid / traded) - 1)).toBeLessThan(1e-14);
        });
      },
    ),
    { numRuns: 300 },
  );
});

it("of equal prices is that price, whatever was traded", () => {
  const price = PrefixSum.of(new Float64Array(50).fill(1.07219));
  const volume = PrefixSum.of(Float64Array.from({ length: 50 }, (_, t) => 1 / (t + 3)));
  const means = volumeWeightedMeans(price, volume, 7);
  expect(new Set(means.subarray(6))).toEqual(new Set([1.07219]));
});

function sum(terms: readonly bigint[]): bigint {
  return terms.reduce((total, term) => total + term, 0n);
}
