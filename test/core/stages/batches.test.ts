import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VariantSpace } from "../../../src/core/grid/variant-space.ts";
import type { BackendFactory } from "../../../src/core/stages/backend.ts";
import {
  type BatchEngine,
  type BatchSize,
  cutBatches,
  dealtVariants,
  type IndexRange,
} from "../../../src/core/stages/batch-engine.ts";
import { Ranking } from "../../../src/core/stages/ranking.ts";
import { ReferenceBackend } from "../../../src/core/stages/reference-backend.ts";
import { scoreStageA } from "../../../src/core/stages/stage-a.ts";
import { SweepScorer } from "../../../src/core/stages/sweep-scorer.ts";
import { TopRows } from "../../../src/core/stages/top-rows.ts";
import { LIGHT } from "../../support/pool-tasks.ts";

const SPACE = new VariantSpace(
  [
    { name: "a", values: Array.from({ length: 40 }, (_, i) => i) },
    { name: "b", values: Array.from({ length: 50 }, (_, i) => i) },
  ],
  "a < b",
);

const WHOLE = { from: 0, to: SPACE.grid.size };

/** The variants of each batch. */
function dealt(range: IndexRange, threads: number, size: BatchSize): number[][] {
  return cutBatches(SPACE, range, threads, size).map((batch) => [...dealtVariants(SPACE, batch)]);
}

describe("batches", () => {
  it("hold every variant of a range once, and none is much larger than wanted", () => {
    const anySize = fc.record({
      least: fc.integer({ min: 1, max: 500 }),
      most: fc.integer({ min: 1, max: 2_000 }),
      isLong: fc.boolean(),
    });
    const place = fc.integer({ min: 0, max: WHOLE.to });
    const threads = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(fc.tuple(place, place), anySize, threads, (ends, size, count) => {
        const range = { from: Math.min(...ends), to: Math.max(...ends) };
        const batches = dealt(range, count, size);
        const variants = batches.flat().toSorted((a, b) => a - b);
        const digits = new Int32Array(2);
        const expected = Array.from({ length: range.to - range.from }, (_, i) => range.from + i);
        expect(variants).toEqual(
          expected.filter((index) => SPACE.has(SPACE.grid.digits(index, digits))),
        );
        // Shares of a round differ by a hand; a round goes on to the next place to cut at.
        expect(Math.max(0, ...batches.map(({ length }) => length))).toBeLessThan(size.most + 9);
        for (const batch of batches) expect(batch).toEqual(batch.toSorted((a, b) => a - b));
      }),
    );
  });

  it("are as many as keep threads even, but not too small", () => {
    const size: BatchSize = { least: 100, most: 1e9, isLong: true };
    expect(dealt(WHOLE, 1, size).map(({ length }) => length)).toEqual([1_180]);
    const lengths = dealt(WHOLE, 2, size).map(({ length }) => length);
    expect(lengths).toHaveLength(8);
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThan(20);
    expect(dealt(WHOLE, 2, { ...size, least: 1_000 })).toHaveLength(2);
  });

  it("are worth the same, whatever a variant costs along its axes", () => {
    const digits = new Int32Array(2);
    const size: BatchSize = { least: 100, most: 1e9, isLong: false };
    for (const threads of [2, 3, 4]) {
      for (const axis of [0, 1]) {
        const costs = dealt(WHOLE, threads, { ...size, least: 1_000 }).map((variants) =>
          variants.reduce((sum, v) => sum + 1 / (2 + SPACE.grid.digits(v, digits)[axis]), 0),
        );
        expect(costs).toHaveLength(threads);
        expect(Math.max(...costs) / Math.min(...costs)).toBeLessThan(1.15);
      }
    }
  });

  it("begin small where many long ones follow, so that a chunk cancelled early has rows", () => {
    const size: BatchSize = { least: 100, most: 300, isLong: true };
    const counts = dealt(WHOLE, 2, size).map(({ length }) => length);
    expect(counts.slice(0, 2)).toEqual([64, 64]);
    expect(Math.max(...counts)).toBeLessThanOrEqual(300);
    const [first] = dealt(WHOLE, 2, { ...size, isLong: false });
    expect(first.length).toBeGreaterThan(128);
  });
});

describe("Stage A in batches", () => {
  const { sweep } = LIGHT.plan;
  const { candles } = LIGHT;
  const size: BatchSize = { least: 10, most: 90, isLong: true };

  /** An engine that scores each variant by itself and looks up after each. */
  const batched: BackendFactory = (rules, market) => {
    const backend = new ReferenceBackend(rules, market);
    const scorer = new SweepScorer(sweep, candles);
    const score: BatchEngine["score"] = (variants, out, stop) =>
      variants.every((index, i) => {
        scorer.seek(index);
        scorer.scoreBase(out, i * scorer.metrics.length);
        return !stop((i + 1) / variants.length);
      });
    return Object.assign(backend, { batchEngine: () => ({ size, score }) });
  };

  function stageA(backend: BackendFactory, stop?: (scored: number) => boolean) {
    const scorer = new SweepScorer(sweep, candles, { backend });
    const to = scorer.space.grid.size;
    const top = new TopRows(new Ranking(sweep.ranking), sweep.preselect);
    const columns = sweep.ranking.map(() => new Float64Array(to).fill(-7));
    const scored = scoreStageA(scorer, 0, to, { top, columns, origin: 0 }, stop);
    return { scored, rows: top.drain(), columns };
  }

  it("leaves the rows, columns and count of variants scored one by one", () => {
    const oneByOne: BackendFactory = (rules, market) => new ReferenceBackend(rules, market);
    expect(stageA(batched)).toEqual(stageA(oneByOne));
  });

  it("tells of its way, and an early end leaves whole batches only", () => {
    const heard: number[] = [];
    const all = stageA(batched, (scored) => {
      heard.push(scored);
      return false;
    });
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
    expect(heard.length).toBeGreaterThan(all.scored);
    expect(heard.at(-1)).toBe(all.scored);
    const early = stageA(batched, (scored) => scored >= 200);
    expect(early.scored).toBeGreaterThan(100);
    expect(early.scored).toBeLessThan(200);
    const columns = early.columns.map((column) => column.filter((value) => value !== -7));
    expect(columns[0].length).toBeLessThan(all.columns[0].length);
    columns.forEach((column, m) => {
      expect(column).toEqual(all.columns[m].subarray(0, column.length));
    });
  });
});
