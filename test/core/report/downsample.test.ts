import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { downsample, LEAST_POINTS } from "../../../src/core/report/downsample.ts";

const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true }));
const anyCurve = fc
  .array(value, { minLength: 1, maxLength: 400, size: "max" })
  .map((values) => Float64Array.from(values));
const anyPoints = fc.integer({ min: LEAST_POINTS, max: 450 });

describe("a curve in few points", () => {
  it("keeps both ends, the highest and the lowest value, in order and within the number", () => {
    let thinned = 0;
    fc.assert(
      fc.property(anyCurve, anyPoints, (values, points) => {
        const kept = downsample(values, points);
        expect(kept.length).toBeLessThanOrEqual(points);
        expect(kept[0]).toBe(0);
        expect(kept.at(-1)).toBe(values.length - 1);
        expect([...kept].every((at, i) => i === 0 || at > kept[i - 1])).toBe(true);
        const drawn = Array.from(kept, (at) => values[at]);
        expect(Math.max(...drawn)).toBe(Math.max(...values));
        expect(Math.min(...drawn)).toBe(Math.min(...values));
        if (values.length <= points) expect(kept.length).toBe(values.length);
        else thinned++;
      }),
      { numRuns: 500 },
    );
    expect(thinned).toBeGreaterThan(50);
  });

  it("keeps the extremes of every stretch, not only the greatest", () => {
    // A spike up and one down in each hundred; 42 points are 20 buckets of five hundred.
    const spikes = Float64Array.from({ length: 10_002 }, (_, i) =>
      i % 100 === 50 ? 1 + i : i % 100 === 70 ? -1 - i : 0,
    );
    const kept = [...downsample(spikes, 42)];
    expect(kept.length).toBe(42);
    expect(kept.slice(1, -1).every((at) => spikes[at] !== 0)).toBe(true);
    expect(kept.slice(1, -1).every((at) => at % 500 === 450 || at % 500 === 470)).toBe(true);
  });

  it("leaves values that are equal out", () => {
    expect([...downsample(new Float64Array(1_000), 100)].length).toBe(51);
  });

  it("refuses fewer points than ends and extremes need", () => {
    expect(() => downsample(new Float64Array(9), 3)).toThrow("a curve of 3 points");
    expect([...downsample(new Float64Array(0), 4)]).toEqual([]);
  });
});
