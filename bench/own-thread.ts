import { noTimes } from "../src/core/stages/phase-clock.ts";
import { Ranking } from "../src/core/stages/ranking.ts";
import { stageAWork } from "../src/core/stages/stage-a.ts";
import { stageBWork } from "../src/core/stages/stage-b.ts";
import { sweepMetrics } from "../src/core/stages/sweep.ts";
import { SweepScorer } from "../src/core/stages/sweep-scorer.ts";
import { TopRows } from "../src/core/stages/top-rows.ts";
import { backendFactory } from "../src/kernels/backend-factory.ts";
import type { KernelName } from "../src/kernels/choose-kernels.ts";
import type { ChunkResult, ChunkTask } from "../src/pool/task.ts";
import { warmUp } from "../src/pool/warm-up.ts";
import type { Scoring } from "./planned-stage.ts";

/** The core alone: scores chunks in the thread that asks, as a pool's thread would. */
export function ownThread(kernels: KernelName): Scoring {
  const backend = backendFactory(kernels);
  warmUp(backend);
  let columns: readonly Float64Array[] = [];

  const runChunk = async (task: ChunkTask): Promise<ChunkResult> => {
    const startedMs = performance.now();
    const { sweep, candles, from, to, shortlist } = task;
    const scorer = new SweepScorer(sweep, candles, { backend });
    const cells = shortlist === undefined ? 1 : scorer.cells;
    const keep = shortlist === undefined ? sweep.preselect : sweep.topK;
    const work =
      shortlist === undefined
        ? stageAWork(scorer, { from, to }, 1)
        : stageBWork(scorer, shortlist, { from, to });
    const length = (to - from) * cells;
    if (columns[0]?.length !== length) {
      columns = sweepMetrics(sweep).map(() => new Float64Array(length));
    }
    const top = new TopRows(new Ranking(sweep.ranking), keep);
    const output = { top, columns, origin: from * cells };
    const { count } = work;
    const scored = work.score({ from: 0, to: count, soon: count }, output, () => false);
    scorer.release();
    const elapsedMs = performance.now() - startedMs;
    const rest = { status: "done", counts: null, columns, spent: noTimes() } as const;
    return { ...rest, scored, rows: top.drain(), elapsedMs };
  };
  return { runChunk, giveBack: () => {}, forget: () => {}, close: async () => {} };
}
