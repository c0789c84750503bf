import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConstraintFault } from "../../../src/core/grid/constraint.ts";
import { Grid } from "../../../src/core/grid/grid.ts";
import {
  constrainedCombinations,
  MAX_CONSTRAINED_COMBINATIONS,
  VariantSpace,
} from "../../../src/core/grid/variant-space.ts";
import {
  anyCondition,
  CONSTRAINED_AXES,
  CONSTRAINED_NAMES,
} from "../../support/constraint-arbitraries.ts";

/** The order of the axes must not matter to what a constraint allows. */
const anyOrder = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });

describe("variant space", () => {
  it("has exactly the variants its constraint allows, and counts them", () => {
    fc.assert(
      fc.property(anyCondition, anyOrder, (condition, order) => {
        const axes = order.map((a) => CONSTRAINED_AXES[a]);
        const space = new VariantSpace(axes, condition.tokens.join(" "));
        const grid = new Grid(axes);
        const digits = new Int32Array(axes.length);
        let count = 0;
        for (let index = 0; index < grid.size; index++) {
          grid.digits(index, digits);
          const values = CONSTRAINED_NAMES.map((name) => {
            const a = grid.axisIndex(name);
            return grid.value(a, digits[a]);
          });
          const exists = condition.meaning(values);
          expect(space.has(digits)).toBe(exists);
          count += exists ? 1 : 0;
        }
        expect(space.count).toBe(count);
      }),
      { numRuns: 200 },
    );
  });

  it("has every variant without a constraint", () => {
    const space = new VariantSpace(CONSTRAINED_AXES, null);
    expect(space.count).toBe(3 * 4 * 3 * 3);
    expect(space.has(Int32Array.of(2, 3, 2, 2))).toBe(true);
    expect(new VariantSpace([], null).count).toBe(1);
  });

  it("tabulates only what the constraint reads, and counts the rest by multiplying", () => {
    const values = Array.from({ length: 1_000 }, (_, i) => i);
    const wide = ["a", "b", "c", "d"].map((name) => ({ name, values }));
    expect(constrainedCombinations(wide, "a < 10 and not a < 5")).toBe(1_000);
    expect(constrainedCombinations(wide, "1 < 2")).toBe(1);
    expect(new VariantSpace(wide, "c >= 10 and c < 13").count).toBe(3e9);
    expect(new VariantSpace(wide, "1 > 2").count).toBe(0);
  });

  it("refuses to tabulate more than its bound, and faults in a text it cannot evaluate", () => {
    const values = Array.from({ length: 5_000 }, (_, i) => i);
    const axes = ["a", "b"].map((name) => ({ name, values }));
    expect(constrainedCombinations(axes, "a < b")).toBeGreaterThan(MAX_CONSTRAINED_COMBINATIONS);
    expect(() => new VariantSpace(axes, "a < b")).toThrow(/combinations/);
    expect(() => new VariantSpace(CONSTRAINED_AXES, "ma.source < 1")).toThrow(ConstraintFault);
  });
});
