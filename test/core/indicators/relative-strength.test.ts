import fc from "fast-check";
import { expect, it } from "vitest";
import { rma, SEEDINGS } from "../../../src/core/indicators/recursive-average.ts";
import { relativeStrength } from "../../../src/core/indicators/relative-strength.ts";

const price = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 0, max: 400 }).map((k) => k / 4) },
  { weight: 2, arbitrary: fc.constantFrom(100, -0, 1.7e308, -1.7e308) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY) },
);
const anySeries = fc.oneof(
  fc.array(price, { maxLength: 60 }),
  fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { maxLength: 60 }),
);

it("is the ratio of the averages of rises and falls, to the bit, holes or not", () => {
  fc.assert(
    fc.property(
      anySeries,
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(...SEEDINGS),
      (values, window, seeding) => {
        const series = Float64Array.from(values);
        const changes = series.map((value, t) => (t === 0 ? Number.NaN : value - series[t - 1]));
        const up = rma(
          changes.map((change) => Math.max(change, 0)),
          window,
          seeding,
        );
        const down = rma(
          changes.map((change) => Math.max(-change, 0)),
          window,
          seeding,
        );
        const ratios = up.map((rise, t) => (down[t] === 0 ? 100 : (100 * rise) / (rise + down[t])));
        expect(relativeStrength(series, window, seeding)).toEqual(ratios);
      },
    ),
    { numRuns: 500 },
  );
});
