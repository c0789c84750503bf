import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantile } from "../../../src/core/metrics/sample-statistics.ts";
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

/** Statistics of a list by their definitions, summed in the order of the variants. */
function plain(variants: readonly PlainVariant[], c: number) {
  const values = definedValues(variants, c);
  const ascending = Float64Array.from(values).sort();
  const count = values.length;
  const mean = values.reduce((sum, v) => sum + v, 0) / count;
  const squares = values.reduce((sum, v) => sum + (v - mean) * (v - mean), 0);
  return {
    count,
    undefinedCount: variants.length - count,
    mean,
    deviation: count < 2 ? Number.NaN : Math.sqrt(squares / (count - 1)),
    min: count === 0 ? Number.NaN : ascending[0],
    max: count === 0 ? Number.NaN : ascending[count - 1],
    quantile: (p: number) => quantile(ascending, p),
  };
}

/** To the bit, but for the sign of zero. */
function expectSame(actual: number, wanted: number, what?: string): void {
  expect(actual + 0, what).toBe(wanted + 0);
}

function expectStatistics(point: Record<string, unknown>, wanted: ReturnType<typeof plain>): void {
  for (const name of ["count", "undefinedCount", "mean", "deviation", "min", "max"] as const) {
    expectSame(point[name] as number, wanted[name], name);
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
            expectSame(point.median, wanted.quantile(0.5));
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
              const reduced = {
                MEAN: wanted.mean,
                DEVIATION: wanted.deviation,
                MIN: wanted.min,
                MAX: wanted.max,
                MEDIAN: wanted.quantile(0.5),
              };
              expectSame(value, reduced[reduce], reduce);
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
            expectSame(value, wanted.quantile(p), String(p));
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
