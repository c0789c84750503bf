import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Complaint } from "../../src/core/user-error.ts";
import {
  axisLength,
  expandAxis,
  expandRiskAxis,
  MAX_AXIS_VALUES,
} from "../../src/plan/expand-axis.ts";
import type { AxisSpec, RiskAxisSpec } from "../../src/plan/request.ts";

function expand(spec: AxisSpec) {
  const complaints: Complaint[] = [];
  const values = expandAxis(spec, "axis", (found) => void complaints.push(found));
  return { values, complaints };
}

function expandRisk(spec: RiskAxisSpec) {
  const complaints: Complaint[] = [];
  const values = expandRiskAxis(spec, "risk", (found) => void complaints.push(found));
  return { values, complaints };
}

/** A decimal number as whoever writes it means it: an integer and a power of ten. */
const decimal = (integer: number, decimals: number) => Number(`${integer}e-${decimals}`);

const anyRange = fc.record({
  start: fc.integer({ min: -50_000, max: 50_000 }),
  step: fc.integer({ min: -700, max: 700 }).filter((step) => step !== 0),
  steps: fc.nat(400),
  decimals: fc.nat(8),
});

describe("axis", () => {
  it("lists start + i*step as the decimals that the numbers mean, stop included", () => {
    fc.assert(
      fc.property(anyRange, ({ start, step, steps, decimals }) => {
        const spec = {
          start: decimal(start, decimals),
          stop: decimal(start + steps * step, decimals),
          step: decimal(step, decimals),
        };
        const { values, complaints } = expand(spec);
        expect(complaints).toEqual([]);
        const exact = Array.from({ length: steps + 1 }, (_, i) =>
          decimal(start + i * step, decimals),
        );
        expect(values).toEqual(exact);
        expect(Math.abs(axisLength(spec) - values.length)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  it("refuses a stop between two steps and names the value below it", () => {
    fc.assert(
      fc.property(anyRange, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (range, part) => {
        const { start, step, steps } = range;
        const stop = start + (steps + part) * step;
        const { complaints } = expand({ start, stop, step });
        expect(complaints).toEqual([
          expect.objectContaining({
            path: "axis.stop",
            value: String(stop),
            bound: `nearest below: ${start + steps * step}`,
          }),
        ]);
      }),
    );
  });

  it("refuses steps that lead nowhere", () => {
    const wrong = [
      { start: 1, stop: 5, step: 0 },
      { start: 1, stop: 1, step: 0 },
      { start: 1, stop: 5, step: -1 },
      { start: 5, stop: 1, step: 0.5 },
    ];
    for (const range of wrong) {
      const { complaints } = expand(range);
      expect(complaints).toMatchObject([{ path: "axis.step", value: String(range.step) }]);
    }
  });

  it("answers a range of any length without listing it", () => {
    for (const stop of [100_000, 1e6, 1e12, 1e300, Number.MAX_VALUE]) {
      for (const step of [1, 1e-3, Number.MIN_VALUE]) {
        const { values, complaints } = expand({ start: 0, stop, step });
        expect(values.length).toBeLessThanOrEqual(1);
        expect(complaints).toMatchObject([
          { path: "axis", message: "too many values", bound: `<= ${MAX_AXIS_VALUES}` },
        ]);
        expect(Number(complaints[0].value)).toBeGreaterThan(MAX_AXIS_VALUES);
      }
    }
    const most = expand({ start: 1, stop: MAX_AXIS_VALUES, step: 1 });
    expect(most.complaints).toEqual([]);
    expect(most.values.at(-1)).toBe(MAX_AXIS_VALUES);
  });

  it("keeps lists as they are and refuses what a list may not be", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { minLength: 1 }), fc.nat(), (list, n) => {
        expect(expand(list)).toEqual({ values: list, complaints: [] });
        expect(axisLength(list)).toBe(list.length);
        const twice = list[n % list.length];
        expect(expand([...list, twice]).complaints).toMatchObject([
          { path: "axis", message: "duplicate value", value: String(twice) },
        ]);
      }),
    );
    expect(expand([0, -0]).complaints).toMatchObject([{ message: "duplicate value" }]);
    expect(expand([]).complaints).toMatchObject([{ path: "axis", value: "[]", bound: ">= 1" }]);
    expect(expand(7).values).toEqual([7]);
    expect(expand("hl2").values).toEqual(["hl2"]);
    const long = Array.from({ length: MAX_AXIS_VALUES + 1 }, (_, i) => i);
    expect(expand(long).complaints).toMatchObject([{ message: "too many values" }]);
  });
});

describe("risk axis", () => {
  it("reads off as null and distances as they are", () => {
    expect(expandRisk(["off", 0, 2.5])).toEqual({ values: [null, 0, 2.5], complaints: [] });
    expect(expandRisk("off").values).toEqual([null]);
    expect(expandRisk(3).values).toEqual([3]);
    expect(expandRisk({ start: 0.5, stop: 2, step: 0.5 }).values).toEqual([0.5, 1, 1.5, 2]);
  });

  it("refuses what is no distance, twice the same, and nothing", () => {
    const distance = { path: "risk", bound: '0..100000 or "off"' };
    expect(expandRisk(-1).complaints).toMatchObject([{ ...distance, value: "-1" }]);
    expect(expandRisk([1, 1e6]).complaints).toMatchObject([{ ...distance, value: "1000000" }]);
    expect(expandRisk(["off", 1, "off"]).complaints).toMatchObject([{ value: "off" }]);
    expect(expandRisk([]).complaints).toMatchObject([{ bound: ">= 1" }]);
    expect(expandRisk({ start: -2, stop: 2, step: 1 }).complaints).toHaveLength(2);
  });
});
