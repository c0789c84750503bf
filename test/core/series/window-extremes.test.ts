import fc from "fast-check";
import { expect, it } from "vitest";
import {
  highest,
  highestBars,
  lowest,
  lowestBars,
} from "../../../src/core/series/window-extremes.ts";

const series = fc.array(fc.constantFrom(-2, -1, 0, 1, 2, 3, Number.NaN), {
  maxLength: 60,
  size: "max",
});
const windows = fc.integer({ min: 1, max: 12 });

it("is the extreme of each whole window and NaN elsewhere", () => {
  fc.assert(
    fc.property(series, windows, (values, window) => {
      const whole = values.map((_, t) => wholeWindow(values, t, window));
      const top = whole.map((bars) => (bars === null ? Number.NaN : Math.max(...bars)));
      const bottom = whole.map((bars) => (bars === null ? Number.NaN : Math.min(...bars)));
      const given = Float64Array.from(values);
      expect([...highest(given, window)]).toEqual(top);
      expect([...lowest(given, window)]).toEqual(bottom);
    }),
    { numRuns: 500 },
  );
});

it("names the latest bar of equal extremes, and none where bars are absent", () => {
  fc.assert(
    fc.property(series, windows, (values, window) => {
      const given = Float64Array.from(values);
      const tops = highestBars(given, window);
      const bottoms = lowestBars(given, window);
      values.forEach((_, t) => {
        const bars = wholeWindow(values, t, window);
        if (bars === null) {
          expect([tops[t], bottoms[t]]).toEqual([-1, -1]);
          return;
        }
        const from = t - window + 1;
        expect(tops[t]).toBe(from + bars.lastIndexOf(Math.max(...bars)));
        expect(bottoms[t]).toBe(from + bars.lastIndexOf(Math.min(...bars)));
      });
    }),
    { numRuns: 500 },
  );
});

function wholeWindow(values: readonly number[], t: number, window: number): number[] | null {
  const from = t - window + 1;
  if (from < 0) return null;
  const bars = values.slice(from, t + 1);
  return bars.some(Number.isNaN) ? null : bars;
}
