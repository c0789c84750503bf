import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VariantSpace } from "../../../src/core/grid/variant-space.ts";
import type { BackendFactory } from "../../../src/core/stages/backend.ts";
import { type BatchSize, cutBatches } from "../../../src/core/stages/batch-engine.ts";
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

describe("batches", () => {
  it("cover a range without a hole, and none is larger than wanted and a grain", () => {
    const anySize = fc.record({
      grain: fc.integer({ min: 1, max: 120 }),
      least: fc.integer({ min: 1, max: 500 }),
      most: fc.integer({ min: 1, max: 2_000 }),
    });
    const anyRange = fc.tuple(
      fc.integer({ min: 0, max: 2_000 }),
      fc.integer({ min: 0, max: 2_000 }),
    );
    const threads = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(anyRange, anySize, threads, (ends, size, count) => {
        const range = { from: Math.min(...ends), to: Math.max(...ends) };
        const cuts = [...cutBatches(SPACE, range, count, size)];
        expect(cuts.at(-1)).toBe(range.from === range.to ? undefined : range.to);
        const variants = cuts.map((end, i) => {
          const begin = i === 0 ? range.from : cuts[i - 1];
          expect(end).toBeGreaterThan(begin);
          if (end < range.to) expect(end % size.grain).toBe(0);
          return SPACE.countWithin(begin, end);
        });
        expect(Math.max(0, ...variants)).toBeLessThanOrEqual(size.most + size.grain);
      }),
    );
  });

  it("are as many as keep threads even, but not too small", () => {
    const size: BatchSize = { grain: 1, least: 100, most: 1e9 };
    const range = { from: 0, to: 2_000 };
    const countsOf = (threads: number, least = size.least) => {
      let from = 0;
      return [...cutBatches(SPACE, range, threads, { ...size, least })].map((to) => {
        const count = SPACE.countWithin(from, to);
        from = to;
        return count;
      });
    };
    expect(countsOf(1)).toEqual([1_180]);
    const dealt = countsOf(2);
    expect(dealt).toHaveLength(8);
    expect(Math.max(...dealt) - Math.min(...dealt)).toBeLessThan(20);
    expect(countsOf(2, 1_000)).toHaveLength(2);
  });

  it("begin small where many follow, so that a chunk cancelled early has rows", () => {
    const size: BatchSize = { grain: 1, least: 100, most: 300 };
    const cuts = cutBatches(SPACE, { from: 0, to: 2_000 }, 2, size);
    const counts = [...cuts].map((end, i) => SPACE.countWithin(i === 0 ? 0 : cuts[i - 1], end));
    expect(counts.slice(0, 2)).toEqual([64, 64]);
    expect(Math.max(...counts)).toBeLessThanOrEqual(300);
  });
});

describe("Stage A in batches", () => {
  const { sweep } = LIGHT.plan;
  const { candles } = LIGHT;
  const size: BatchSize = { grain: 7, least: 10, most: 90 };

  /** An engine that scores each variant by itself and looks up after each. */
  const batched: BackendFactory = (rules, market) => {
    const backend = new ReferenceBackend(rules, market);
    const scorer = new SweepScorer(sweep, candles);
    const score = (from: number, to: number, out: Float64Array, stop: (n: number) => boolean) => {
      const count = scorer.metrics.length;
      scorer.seek(from);
      for (let index = from; index < to; index++, scorer.next()) {
        const row = (index - from) * count;
        if (scorer.exists()) scorer.scoreBase(out, row);
        else out.fill(Number.NaN, row, row + count);
        if (stop((index + 1 - from) / (to - from))) return false;
      }
      return true;
    };
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
