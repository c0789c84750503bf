import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sumOnGrid } from "../../../src/core/series/grid-sums.ts";

/** Around the bars at which one stretch of a long series follows another. */
const bars = fc.constantFrom(0, 1, 2_047, 2_048, 2_049, 4_095, 4_096);
const odd = fc.constantFrom(
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  0.001,
  -17.12345,
  Math.PI,
  2 ** 52,
  2 ** 60,
);

/** Bar by bar, in whole numbers of any size; as many bars as are on a grid. */
function plainSums(series: Float64Array, scale: number, count: number): Float64Array {
  const sums = new Float64Array(count + 1);
  let sum = 0n;
  for (let bar = 0; bar < count; bar++) {
    const value = Number.isFinite(series[bar]) ? series[bar] : 0;
    const tick = Math.round(value * scale);
    if (tick / scale !== value) throw new Error(`bar ${bar} is off the grid`);
    sum += BigInt(tick);
    sums[bar + 1] = Number(sum);
  }
  return sums;
}

describe("sums on a grid", () => {
  it("of long series are those of each bar, whatever stands where stretches meet", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(bars, odd), { maxLength: 4 }), fc.nat(), (places, seed) => {
        const series = Float64Array.from(
          { length: 5_000 },
          (_, bar) => (((bar + 1) * (seed % 9_973)) % 10_000) / 100,
        );
        for (const [bar, value] of places) series[bar] = value;
        const grid = sumOnGrid(series, new Float64Array(series.length + 1));
        const summed = series.subarray(0, grid.bars);
        expect(grid.ticks.subarray(0, grid.bars + 1)).toEqual(
          plainSums(series, grid.scale, grid.bars),
        );
        expect(grid.lacks).toBe(summed.some((value) => !Number.isFinite(value)));
        const ticks = summed.map((value) => Math.abs(Number.isFinite(value) ? value : 0));
        expect(grid.largestTick).toBe(Math.round(Math.max(0, ...ticks) * grid.scale));
        const stop = series.findIndex((value) => value === Math.PI || value === 2 ** 60);
        if (stop >= 0) expect(grid.bars).toBeLessThanOrEqual(stop);
        else if (!places.some(([, value]) => value === 2 ** 52)) expect(grid.bars).toBe(5_000);
      }),
      { numRuns: 40 },
    );
  });

  it("end where the sums so far would be too large on a finer grid", () => {
    const series = new Float64Array(10).fill(1);
    series[3] = 2 ** 50;
    series[4] = -(2 ** 50);
    series[8] = 0.5;
    expect(sumOnGrid(series, new Float64Array(11))).toMatchObject({ bars: 8, scale: 1 });
  });
});
