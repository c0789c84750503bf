import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { correlations } from "../../../src/core/series/correlation.ts";
import { PrefixSum } from "../../../src/core/series/prefix-sum.ts";

const ticks = fc.integer({ min: -40, max: 40 }).map((tick) => (100_000 + tick) / 1e5);
const onGrid = fc.oneof(
  { weight: 15, arbitrary: ticks },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);
/** Thirds lie on no decimal grid. */
const offGrid = onGrid.map((value) => value / 3);
const windows = fc.integer({ min: 2, max: 9 });

function pairs(value: fc.Arbitrary<number>) {
  return fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 60, size: "max" });
}

function compute(bars: readonly (readonly [number, number])[], window: number): Float64Array {
  const [x, y] = [0, 1].map((i) => PrefixSum.of(Float64Array.from(bars, (bar) => bar[i])));
  return correlations(x, y, window);
}

describe.for([
  ["prices on a grid", onGrid],
  ["prices on none", offGrid],
] as const)("correlations of %s", ([, value]) => {
  it("are Pearson's r of each whole window", () => {
    fc.assert(
      fc.property(pairs(value), windows, (bars, window) => {
        compute(bars, window).forEach((r, t) => {
          const expected = pearson(bars.slice(Math.max(0, t - window + 1), t + 1), window);
          if (Number.isNaN(expected)) expect(r).toBeNaN();
          else expect(Math.abs(r - expected)).toBeLessThanOrEqual(1e-8);
        });
      }),
    );
  });

  it("lie within -1 and 1, are 1 with oneself and do not know later bars", () => {
    fc.assert(
      fc.property(pairs(value), windows, fc.nat(60), (bars, window, cut) => {
        const whole = compute(bars, window);
        for (const r of whole) if (!Number.isNaN(r)) expect(Math.abs(r)).toBeLessThanOrEqual(1);
        const early = compute(bars.slice(0, cut), window);
        expect([...early]).toEqual([...whole.subarray(0, early.length)]);
        const own = compute(
          bars.map(([x]) => [x, x] as const),
          window,
        );
        for (const r of own) if (!Number.isNaN(r)) expect(r).toBeCloseTo(1, 12);
      }),
    );
  });
});

function pearson(bars: readonly (readonly [number, number])[], window: number): number {
  if (bars.length < window || bars.some(([x, y]) => Number.isNaN(x + y))) return Number.NaN;
  const mean = (i: 0 | 1) => bars.reduce((sum, bar) => sum + bar[i], 0) / window;
  const still = (i: 0 | 1) => bars.every((bar) => bar[i] === bars[0][i]);
  if (still(0) || still(1)) return Number.NaN;
  const product = (i: 0 | 1, j: 0 | 1) =>
    bars.reduce((sum, bar) => sum + (bar[i] - mean(i)) * (bar[j] - mean(j)), 0);
  return product(0, 1) / Math.sqrt(product(0, 0) * product(1, 1));
}
