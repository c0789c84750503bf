import fc from "fast-check";
import { expect, it } from "vitest";
import { quantile } from "../../../src/core/metrics/sample-statistics.ts";
import { neighbours } from "../../../src/core/surfaces/neighbours.ts";
import {
  type RankChoice,
  type RankPage,
  type RankPlace,
  rankVariants,
} from "../../../src/core/surfaces/rank-variants.ts";
import { VariantFilter } from "../../../src/core/surfaces/variant-filter.ts";
import {
  definedValues,
  overBlocks,
  type PlainVariant,
  stageSamples,
} from "../../support/stage-columns.ts";

const directions = fc.constantFrom("ASC", "DESC");

it("pages of a ranking are the whole list in its total order, whatever their size", () => {
  fc.assert(
    fc.property(
      stageSamples,
      directions,
      fc.integer({ min: 1, max: 7 }),
      (sample, direction, first) => {
        const { grid, blocks, variants } = sample;
        const orderBy = { metric: "sharpe", direction } as const;
        const filter = new VariantFilter(grid);
        const seen: RankPlace[] = [];
        for (let after: RankPlace | null = null; ; ) {
          const choice: RankChoice = { grid, filter, column: 1, orderBy, first, after };
          const page: RankPage = overBlocks(rankVariants(choice), blocks);
          expect(page.totalCount).toBe(variants.length);
          seen.push(...page.rows);
          if (!page.hasNextPage) break;
          expect(page.rows.length).toBe(first);
          after = page.rows.at(-1)!;
        }
        const sign = direction === "ASC" ? 1 : -1;
        const wanted = variants.toSorted((a, b) => byValue(a, b, sign));
        expect(seen).toEqual(
          wanted.map(({ variantIndex, values: [, v] }) => {
            return { variantIndex, value: Number.isFinite(v) ? v : Number.NaN };
          }),
        );
      },
    ),
    { numRuns: 100 },
  );
});

function byValue(a: PlainVariant, b: PlainVariant, sign: number): number {
  const [x, y] = [a.values[1], b.values[1]].map((v) => (Number.isFinite(v) ? v : Number.NaN));
  if (x === y || (Number.isNaN(x) && Number.isNaN(y))) return a.variantIndex - b.variantIndex;
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
  return sign * (x - y);
}

it("neighbours differ on one axis, and the score is what they keep of the advantage", () => {
  fc.assert(
    fc.property(
      stageSamples,
      directions,
      fc.nat(),
      fc.integer({ min: 1, max: 3 }),
      (sample, direction, pick, radius) => {
        const { grid, blocks, variants } = sample;
        if (variants.length === 0) return;
        const own = variants[pick % variants.length];
        const choice = { grid, variantIndex: own.variantIndex, column: 0, direction, radius };
        const found = overBlocks(neighbours(choice), blocks);
        const near = variants.flatMap((other) => {
          const differing = grid.axes.filter(({ name }) => own.params[name] !== other.params[name]);
          if (differing.length !== 1) return [];
          const distance = steps(differing[0].values, own, other, differing[0].name);
          return Math.abs(distance) <= radius ? [{ ...other, distance }] : [];
        });
        expect(
          found.neighbours
            .map(({ variantIndex, distance }) => ({ variantIndex, distance }))
            .toSorted(byIndex),
        ).toEqual(
          near.map(({ variantIndex, distance }) => ({ variantIndex, distance })).toSorted(byIndex),
        );
        const median = quantile(Float64Array.from(definedValues(variants, 0)).sort(), 0.5);
        expect(found.median + 0).toEqual(median + 0);
        const value = own.values[0];
        const better = direction === "ASC" ? value < median : value > median;
        if (!Number.isFinite(value) || !better || near.length === 0) {
          expect(found.plateauScore).toBeNaN();
          return;
        }
        const shares = near.map(({ values: [v] }) =>
          Number.isFinite(v) ? Math.min(1, Math.max(0, (v - median) / (value - median))) : 0,
        );
        const score = shares.reduce((sum, share) => sum + share, 0) / shares.length;
        expect(found.plateauScore).toBeCloseTo(score, 9);
        expect(found.rings.reduce((sum, ring) => sum + ring.count + ring.undefinedCount, 0)).toBe(
          near.length,
        );
      },
    ),
    { numRuns: 200 },
  );
});

const byIndex = (a: { variantIndex: number }, b: { variantIndex: number }) =>
  a.variantIndex - b.variantIndex;

function steps(
  values: readonly unknown[],
  own: PlainVariant,
  other: PlainVariant,
  axis: string,
): number {
  if (typeof own.params[axis] === "string") return 1;
  const size = (value: unknown) => (value ?? Number.MAX_VALUE) as number;
  const order = values.map(size).sort((a, b) => a - b);
  return order.indexOf(size(other.params[axis])) - order.indexOf(size(own.params[axis]));
}

it("refuses what the stage does not have, by name", () => {
  const [sample] = fc.sample(stageSamples, { numRuns: 1, seed: 3 });
  const { grid, blocks } = sample;
  const refusal = (path: string) => ({
    code: "VALIDATION",
    complaints: [expect.objectContaining({ path })],
  });
  const choice = { grid, variantIndex: 1e9, column: 0, direction: "DESC", radius: 1 } as const;
  expect(() => overBlocks(neighbours(choice), blocks)).toThrow(
    expect.objectContaining(refusal("variantIndex")),
  );
  const unknown = { parameters: [{ name: "nope" }] };
  expect(() => new VariantFilter(grid, unknown)).toThrow(
    expect.objectContaining(refusal("where.parameters[0].name")),
  );
  const absent = { parameters: [{ name: grid.axes[0].name, values: [123456] }] };
  expect(() => new VariantFilter(grid, absent)).toThrow(
    expect.objectContaining(refusal("where.parameters[0].values")),
  );
});
