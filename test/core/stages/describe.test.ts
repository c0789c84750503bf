import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RISK_OFF } from "../../../src/core/execution/settings.ts";
import type { Axis } from "../../../src/core/grid/axis.ts";
import { Grid } from "../../../src/core/grid/grid.ts";
import { describeVariant } from "../../../src/core/stages/describe.ts";
import { riskCells, type Sweep } from "../../../src/core/stages/sweep.ts";
import { CROSS_REQUEST, planOf } from "../../support/request-samples.ts";

const level = fc.uniqueArray(fc.option(fc.integer({ min: 0, max: 50 }), { nil: null }), {
  minLength: 1,
  maxLength: 5,
});
const anyGrid = fc.record({
  axes: fc
    .array(
      fc.uniqueArray(fc.oneof(fc.integer(), fc.constantFrom("close", "hl2")), { minLength: 1 }),
    )
    .map((lists) => lists.map((values, a): Axis => ({ name: `axis.${a}`, values }))),
  stops: level,
  trails: level,
  targets: level,
});
const plan = planOf(CROSS_REQUEST);

describe("a variant in words", () => {
  it("leads back to its index in both stages", () => {
    fc.assert(
      fc.property(anyGrid, fc.nat(), ({ axes, ...risk }, n) => {
        const { stops, trails, targets } = risk;
        const sweep: Sweep = { ...plan.sweep, axes, ...risk };
        const grid = new Grid(axes);
        const cells = riskCells(sweep);
        const index = n % (grid.size * cells);
        const { params, ...levels } = describeVariant(sweep, "STAGE_B", index);
        expect(Object.keys(params)).toEqual(axes.map((axis) => axis.name));
        const base = grid.indexOf(axes.map(({ name, values }) => values.indexOf(params[name])));
        const stop = stops.indexOf(levels.stopLossPct);
        const pair = stop * trails.length + trails.indexOf(levels.trailingStopPct);
        const cell = pair * targets.length + targets.indexOf(levels.takeProfitPct);
        expect(base * cells + cell).toBe(index);
        expect(describeVariant(sweep, "STAGE_A", base)).toEqual({ params, ...RISK_OFF });
      }),
    );
  });
});
