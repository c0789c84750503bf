import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Grid } from "../../../src/core/grid/grid.ts";
import { SubGrid } from "../../../src/core/grid/sub-grid.ts";

const anyCase = fc
  .array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 })
  .chain((radixes) =>
    fc.record({
      radixes: fc.constant(radixes),
      chosen: fc.subarray(radixes.map((_, a) => a)),
      from: fc.nat(radixes.reduce((product, radix) => product * radix, 1) - 1),
    }),
  );

describe("sub-grid", () => {
  it("numbers a stretch of indices as it numbers each one's digits", () => {
    fc.assert(
      fc.property(anyCase, ({ radixes, chosen, from }) => {
        const axes = radixes.map((radix, a) => ({
          name: `axis${a}`,
          values: Array.from({ length: radix }, (_, digit) => digit),
        }));
        const grid = new Grid(axes);
        const part = new SubGrid(axes, chosen);
        const out = new Int32Array(grid.size - from).fill(7);
        const digits = new Int32Array(axes.length);
        const expected = Array.from(out, (_, i) => part.number(grid.digits(from + i, digits)));
        expect(Array.from(part.numbers(grid, from, out))).toEqual(expected);
      }),
    );
  });
});
