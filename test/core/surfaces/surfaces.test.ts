import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deviation, mean, quantile } from "../../../src/core/metrics/sample-statistics.ts";
import { distribution } from "../../../src/core/surfaces/distribution.ts";
import { marginals } from "../../../src/core/surfaces/marginals.ts";
import { REDUCTIONS, surface } from "../../../src/core/surfaces/surface.ts";
import { VariantFilter } from "../../../src/core/surfaces/variant-filter.ts";
import {
  definedValues,
  overBlocks,
  type PlainVariant,
  type StageSample,
  stageSamples,
} from "../../support/stage-columns.ts";

/** Few enough values are held that buckets are gathered in several passes, and narrowed. */
const rooms = fc.constantFrom(1, 3, 1 << 20);
const column = fc.constantFrom(0, 1);

/** The rules of a filter in plain words, and the filter. */
function filterOf({ grid, variants }: StageSample, kind: number) {
  const axis = grid.axes[0];
  const rules = [
    {},
    { parameters: [{ name: axis.name, values: [axis.values[0]] }] },
    { parameters: [{ name: axis.name, min: 0 }], metrics: [{ column: 1, max: 0.5 }] },
    { metrics: [{ column: 0, min: -0.5, max: 1e5 }] },
  ][kind];
  const takes = ({ params, values }: PlainVariant): boolean => {
    const value = params[axis.name];
    if (kind === 1) return value === axis.values[0];
    if (kind === 2) {
      return typeof value === "number" && value >= 0 && values[1] <= 0.5 && values[1] > -Infinity;
    }
    return kind === 0 || (values[0] >= -0.5 && values[0] <= 1e5);
  };
  return { filter: new VariantFilter(grid, rules), chosen: variants.filter(takes) };
}

const kinds = fc.integer({ min: 0, max: 3 });

/** Statistics of a list by their definitions. */
function plain(variants: readonly PlainVariant[], c: number) {
  const values = definedValues(variants, c);
  const ascending = Float64Array.from(values).sort();
  return {
    count: values.length,
    undefinedCount: variants.length - values.length,
    mean: mean(values),
    deviation: deviation(values),
    min: values.length === 0 ? Number.NaN : ascending[0],
    max: values.length === 0 ? Number.NaN : ascending[values.length - 1],
    quantile: (p: number) => quantile(ascending, p),
  };
}

function expectClose(actual: number, wanted: number): void {
  if (Number.isNaN(wanted)) expect(actual).toBeNaN();
  else expect(Math.abs(actual - wanted)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(wanted)));
}

/** The running mean of huge values among small ones is rounded otherwise than their sum. */
function expectStatistics(point: Record<string, unknown>, wanted: ReturnType<typeof plain>): void {
  for (const name of ["count", "undefinedCount", "min", "max"] as const) {
    expect(point[name] === 0 ? 0 : point[name], name).toEqual(
      wanted[name] === 0 ? 0 : wanted[name],
    );
  }
  if (wanted.max > 1e200) return;
  expectClose(point.mean as number, wanted.mean);
  if (Number.isNaN(wanted.deviation)) expect(point.deviation).toBeNaN();
  else {
    const scale = Math.max(1, Math.abs(wanted.max), Math.abs(wanted.min));
    expect(Math.abs((point.deviation as number) - wanted.deviation)).toBeLessThan(1e-9 * scale);
  }
}

describe("surfaces of a stage", () => {
  it("marginals are the statistics of the variants with each value", () => {
    fc.assert(
      fc.property(stageSamples, column, kinds, rooms, (sample, c, kind, room) => {
        const { grid, blocks } = sample;
        const { filter, chosen } = filterOf(sample, kind);
        const axes = grid.axes.map((_, a) => a);
        const found = overBlocks(marginals({ grid, filter, axes, column: c, room }), blocks);
        expect(found.map(({ axis }) => axis)).toEqual(grid.axes.map(({ name }) => name));
        for (const { axis, points } of found) {
          for (const point of points) {
            const own = chosen.filter(({ params }) => params[axis] === point.value);
            const wanted = plain(own, c);
            expectStatistics({ ...point }, wanted);
            expect(point.median + 0).toEqual(wanted.quantile(0.5) + 0);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it("a cell of a surface is the reduction of its variants", () => {
    fc.assert(
      fc.property(stageSamples, column, kinds, rooms, (sample, c, kind, room) => {
        const { grid, blocks } = sample;
        if (grid.axes.length < 2) return;
        const { filter, chosen } = filterOf(sample, kind);
        const [x, y] = [grid.axes.at(-1)!, grid.axes[0]];
        for (const reduce of REDUCTIONS) {
          const names = { x: x.name, y: y.name };
          const found = overBlocks(
            surface({ grid, filter, ...names, column: c, reduce, room }),
            blocks,
          );
          y.values.forEach((down, row) => {
            x.values.forEach((across, col) => {
              const cell = row * x.values.length + col;
              const own = chosen.filter(
                ({ params }) => params[y.name] === down && params[x.name] === across,
              );
              const wanted = plain(own, c);
              const value = found.values[cell];
              expect(found.counts[cell]).toBe(wanted.count);
              expect(found.undefinedCounts[cell]).toBe(wanted.undefinedCount);
              if (reduce === "MEDIAN") expect(value + 0).toEqual(wanted.quantile(0.5) + 0);
              if (reduce === "MIN") expect(value + 0).toEqual(wanted.min + 0);
              if (reduce === "MAX") expect(value + 0).toEqual(wanted.max + 0);
              if (reduce === "MEAN" && !(wanted.max > 1e200)) expectClose(value, wanted.mean);
            });
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it("a distribution counts every value once, in the bin its edges say", () => {
    const quantiles = [0, 0.05, 0.25, 0.5, 0.9, 1];
    const bins = fc.integer({ min: 1, max: 12 });
    const bounds = fc.constantFrom({}, { from: -0.5, to: 0.75 }, { from: 0, to: 0 });
    fc.assert(
      fc.property(
        ...[stageSamples, column, kinds, rooms, fc.tuple(bins, bounds)],
        (sample, c, kind, room, [count, range]) => {
          const { grid, blocks } = sample;
          const { filter, chosen } = filterOf(sample, kind);
          const found = overBlocks(
            distribution({ grid, filter, column: c, bins: count, quantiles, room, ...range }),
            blocks,
          );
          const wanted = plain(chosen, c);
          expectStatistics({ ...found }, wanted);
          for (const { p, value } of found.quantiles) {
            expect(value + 0, String(p)).toEqual(wanted.quantile(p) + 0);
          }
          const values = definedValues(chosen, c);
          const last = found.bins.length - 1;
          found.bins.forEach((bin, b) => {
            const inside = values.filter(
              (v) => v >= bin.from && (v < bin.to || (b === last && v <= bin.to)),
            );
            expect(bin.count).toBe(inside.length);
            if (b > 0) expect(bin.from).toBe(found.bins[b - 1].to);
          });
          const inBins = found.bins.reduce((sum, bin) => sum + bin.count, 0);
          expect(inBins + found.below + found.above).toBe(values.length);
        },
      ),
      { numRuns: 150 },
    );
  });
});
