import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Grid } from "../../../src/core/grid/grid.ts";

/** Grids of up to five axes whose values name their place. */
const anyGrid = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 5 }).map(
  (radixes) =>
    new Grid(
      radixes.map((radix, a) => ({
        name: `axis${a}`,
        values: Array.from({ length: radix }, (_, d) => a * 100 + d),
      })),
    ),
);

/** Every tuple of digits by nested loops: the order that the index must follow. */
function tuples(radixes: readonly number[]): number[][] {
  if (radixes.length === 0) return [[]];
  const [radix, ...inner] = radixes;
  const rest = tuples(inner);
  return Array.from({ length: radix }, (_, d) => rest.map((digits) => [d, ...digits])).flat();
}

describe("grid", () => {
  it("numbers the product as nested loops do, the last axis fastest", () => {
    fc.assert(
      fc.property(anyGrid, (grid) => {
        const expected = tuples(grid.axes.map((axis) => axis.values.length));
        const digits = new Int32Array(grid.axes.length);
        expect(grid.size).toBe(expected.length);
        expected.forEach((tuple, index) => {
          expect([...grid.digits(index, digits)]).toEqual(tuple);
          expect(grid.indexOf(tuple)).toBe(index);
          expect(tuple.map((_, a) => grid.digit(index, a))).toEqual(tuple);
          expect(tuple.map((d, a) => grid.value(a, d))).toEqual(tuple.map((d, a) => a * 100 + d));
        });
      }),
      { numRuns: 60 },
    );
  });

  it("increments to the next index and wraps to zero after the last", () => {
    fc.assert(
      fc.property(anyGrid, (grid) => {
        const digits = new Int32Array(grid.axes.length);
        for (let index = 0; index < grid.size; index++) {
          expect(grid.indexOf(digits)).toBe(index);
          grid.increment(digits);
        }
        expect(grid.indexOf(digits)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it("has strides that say how far one step on an axis goes", () => {
    fc.assert(
      fc.property(anyGrid, fc.nat(), (grid, at) => {
        const digits = grid.digits(at % grid.size, new Int32Array(grid.axes.length));
        grid.axes.forEach((axis, a) => {
          expect(grid.axisIndex(axis.name)).toBe(a);
          if (digits[a] + 1 === axis.values.length) return;
          const next = digits.with(a, digits[a] + 1);
          expect(grid.indexOf(next) - grid.indexOf(digits)).toBe(grid.strides[a]);
        });
        expect(grid.axisIndex("toString")).toBe(-1);
      }),
    );
  });

  it("keeps indices exact near 2^53", () => {
    const values = Array.from({ length: 1_000 }, (_, i) => i);
    const grid = new Grid(Array.from({ length: 5 }, (_, a) => ({ name: `a${a}`, values })));
    fc.assert(
      fc.property(fc.array(fc.nat(999), { minLength: 5, maxLength: 5 }), (digits) => {
        const index = grid.indexOf(digits);
        expect(BigInt(index)).toBe(BigInt(digits.map((d) => `${d}`.padStart(3, "0")).join("")));
        expect([...grid.digits(index, new Int32Array(5))]).toEqual(digits);
        expect(digits.map((_, a) => grid.digit(index, a))).toEqual(digits);
      }),
    );
  });
});
