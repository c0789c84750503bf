import fc from "fast-check";
import { expect, it } from "vitest";
import { differences } from "../../../src/core/series/difference.ts";
import { PrefixSum } from "../../../src/core/series/prefix-sum.ts";
import { correctlyRounded } from "../../support/rational.ts";

const ticks = fc.array(
  fc.tuple(fc.integer({ min: -9_000_000, max: 9_000_000 }), fc.integer({ min: 0, max: 9_000 })),
  { minLength: 1, maxLength: 40, size: "max" },
);

it("on a grid is the correctly rounded difference of the decimal numbers", () => {
  fc.assert(
    fc.property(ticks, fc.nat({ max: 3 }), (bars, lag) => {
      const fine = PrefixSum.of(Float64Array.from(bars, ([tick]) => tick / 1e5));
      const coarse = PrefixSum.of(Float64Array.from(bars, ([, tick]) => tick / 100));
      differences(fine, coarse, lag).forEach((difference, t) => {
        if (t < lag) {
          expect(difference).toBeNaN();
          return;
        }
        const exact = BigInt(bars[t][0]) - 1000n * BigInt(bars[t - lag][1]);
        expect(difference).toBe(correctlyRounded(exact, 100_000n));
      });
    }),
  );
});

it("is plain subtraction off the grid and absent with either value", () => {
  const a = Float64Array.of(1.25, Number.NaN, 1 / 3, 1.5);
  const b = Float64Array.of(1.07082, 1, 2, Number.NaN);
  const found = differences(PrefixSum.of(a), PrefixSum.of(b));
  expect([...found]).toEqual([0.17918, Number.NaN, 1 / 3 - 2, Number.NaN]);
});
