import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RANKING_METRICS } from "../../src/core/metrics/ranking-metric.ts";
import { canonicalBytes } from "../../src/core/stages/digest.ts";
import { mergeRows } from "../../src/core/stages/merge-rows.ts";
import { SweepScorer } from "../../src/core/stages/sweep-scorer.ts";
import { createPool, type WorkerPool } from "../../src/pool/pool.ts";
import type { ChunkResult, ChunkTask } from "../../src/pool/task.ts";
import { describeEachKernel } from "../support/kernel-suites.ts";
import { chunkHere, INSIDE, indicesOf, LIGHT, stageA, stageB } from "../support/pool-tasks.ts";

const { sweep, estimate } = LIGHT.plan;
const SPACE = estimate.indexSpace;

/** `size` consecutive positions a chunk. */
function chunksOf(task: ChunkTask, size: number): ChunkTask[] {
  const count = Math.ceil((task.to - task.from) / size);
  return Array.from({ length: count }, (_, no) => {
    const from = task.from + no * size;
    return { ...task, from, to: Math.min(task.to, from + size) };
  });
}

/** Chunk results as one: columns end to end, rows merged. */
function joined(task: ChunkTask, results: readonly ChunkResult[]) {
  const keep = task.stage === "STAGE_A" ? sweep.preselect : sweep.topK;
  return {
    scored: results.reduce((sum, { scored }) => sum + scored, 0),
    rows: mergeRows(sweep, results.map(({ rows }) => rows).reverse(), keep),
    columns: sweep.ranking.map((_, m) =>
      Float64Array.from(results.flatMap(({ columns }) => [...columns[m]])),
    ),
  };
}

const expectedA = chunkHere(stageA(LIGHT));
const shortlist = indicesOf(expectedA.rows);
const expectedB = chunkHere(stageB(LIGHT, shortlist));

function expectSame(found: ReturnType<typeof chunkHere>, expected: ReturnType<typeof chunkHere>) {
  expect(found.scored).toBe(expected.scored);
  expect(canonicalBytes(found.rows.data)).toEqual(canonicalBytes(expected.rows.data));
  expect(found.columns.map(canonicalBytes)).toEqual(expected.columns.map(canonicalBytes));
}

describeEachKernel("pool", (kernels) => {
  describe.each([1, 2])("of %i threads", (size) => {
    let pool: WorkerPool;
    beforeAll(async () => {
      pool = await createPool({ size, kernels });
    });
    afterAll(() => pool.close());

    it("gives the bytes of this thread in both stages", async () => {
      const a = await pool.runChunk(stageA(LIGHT));
      expect(a.status).toBe("done");
      expect(a.scored).toBe(estimate.stageAVariants);
      expectSame(a, expectedA);
      const b = await pool.runChunk(stageB(LIGHT, shortlist));
      expect(b.scored).toBe(shortlist.length * 6);
      expectSame(b, expectedB);
    });

    it("gives them whatever the fill mode, with stops that trail and every cost", async () => {
      const best = chunkHere(stageA(INSIDE));
      expectSame(await pool.runChunk(stageA(INSIDE)), best);
      const bases = indicesOf(best.rows);
      const b = await pool.runChunk(stageB(INSIDE, bases));
      expect(b.scored).toBe(bases.length * 12);
      expectSame(b, chunkHere(stageB(INSIDE, bases)));
    });

    it("gives the same bytes however the work is cut, in whatever order", async () => {
      const whole = [
        { task: stageA(LIGHT), sizes: [7, 97, SPACE - 1], expected: expectedA },
        { task: stageB(LIGHT, shortlist), sizes: [1, 7, 39], expected: expectedB },
      ];
      for (const { task, sizes, expected } of whole) {
        for (const chunkSize of sizes) {
          const chunks = chunksOf(task, chunkSize);
          // Begun all at once and from the end: chunks share the threads.
          const running = chunks.toReversed().map((chunk) => pool.runChunk(chunk));
          const results = (await Promise.all(running)).reverse();
          expectSame(joined(task, results), expected);
        }
      }
    });

    it("scores chosen variants with the bits of their rows and of every other metric", async () => {
      const stages = [
        { task: stageA(LIGHT), rows: expectedA.rows },
        { task: stageB(LIGHT, shortlist), rows: expectedB.rows },
      ];
      for (const { task, rows } of stages) {
        const { key, sweep: same, candles, stage } = task;
        const indices = indicesOf(rows);
        // Best first and one of them twice: the answer keeps the order of the question.
        const asked = Float64Array.of(...indices, indices[3]);
        const scored = await pool.score({ key, sweep: same, candles, stage }, asked);
        expect(scored.map(({ variantIndex }) => variantIndex)).toEqual([...asked]);
        scored.forEach(({ variantIndex, metrics }, i) => {
          const row = i < indices.length ? i : 3;
          sweep.ranking.forEach(({ metric }, m) => {
            const inRow = rows.data[row * rows.stride + 1 + m];
            expect(metrics[RANKING_METRICS.indexOf(metric)]).toBe(inRow);
          });
          expect(canonicalBytes(metrics)).toEqual(canonicalBytes(metricsHere(stage, variantIndex)));
        });
        expect(await pool.score({ key, sweep: same, candles, stage }, new Float64Array(0))).toEqual(
          [],
        );
      }
    });
  });
});

/** Every ranking metric of one variant, scored in this thread by the readable backend. */
function metricsHere(stage: "STAGE_A" | "STAGE_B", variantIndex: number): Float64Array {
  const scorer = new SweepScorer(sweep, LIGHT.candles, { metrics: RANKING_METRICS });
  const out = new Float64Array(RANKING_METRICS.length);
  if (stage === "STAGE_A") {
    scorer.seek(variantIndex);
    scorer.scoreBase(out, 0);
    return out;
  }
  const base = Math.floor(variantIndex / scorer.cells);
  scorer.seek(base);
  scorer.openRisk();
  scorer.scoreCell(variantIndex - base * scorer.cells, out, 0);
  return out;
}
