import {
  type Batch,
  type BatchEngine,
  cutBatches,
  dealtVariants,
  type IndexRange,
} from "./batch-engine.ts";
import type { StageOutput, StageWork } from "./stage-output.ts";
import type { SweepScorer } from "./sweep-scorer.ts";

/**
 * Stage A: scores the base variants with index in `[from, to)`, stops off. Indices that the
 * constraint forbids are skipped and stay NaN in the columns. Before each variant, or now and then
 * within a batch, it tells `stop` how many it has scored, which says whether to end early. Returns
 * the number of variants scored; a batch that was ended early counts for nothing.
 */
export function scoreStageA(
  scorer: SweepScorer,
  from: number,
  to: number,
  output: StageOutput,
  stop: (scored: number) => boolean = () => false,
): number {
  const work = stageAWork(scorer, { from, to }, 1);
  return work.score({ from: 0, to: work.count, soon: work.count }, output, stop);
}

/** The same in pieces, for so many threads: panels, batches, or variants one by one. */
export function stageAWork(scorer: SweepScorer, range: IndexRange, threads: number): StageWork {
  const panels = scorer.legEngine();
  if (panels !== null) return panels.work(range);
  const engine = scorer.batchEngine();
  if (engine !== null) return batchWork(scorer, engine, range, threads);
  const { from, to } = range;
  return {
    count: to - from,
    pieceSize: 1,
    batched: false,
    score: (span, output, stop) =>
      scoreEach(scorer, from + span.from, from + span.to, output, stop),
  };
}

function batchWork(
  scorer: SweepScorer,
  engine: BatchEngine,
  range: IndexRange,
  threads: number,
): StageWork {
  const batches = cutBatches(scorer.space, range, threads, engine.size);
  return {
    count: batches.length,
    pieceSize: engine.size.most,
    batched: true,
    score: (span, output, stop) => {
      let scored = 0;
      for (let n = span.from; n < span.to; n++) {
        const before = scored;
        const done = scoreBatch(scorer, engine, batches[n], output, (some) => stop(before + some));
        if (done === null) break;
        scored += done;
      }
      return scored;
    },
  };
}

function scoreEach(
  scorer: SweepScorer,
  from: number,
  to: number,
  output: StageOutput,
  stop: (scored: number) => boolean,
): number {
  const row = new Float64Array(1 + scorer.metrics.length);
  let scored = 0;
  scorer.clock.enterVariants();
  scorer.seek(from);
  for (let index = from; index < to; index++, scorer.next()) {
    if (!scorer.exists()) {
      for (const column of output.columns) column[index - output.origin] = Number.NaN;
      continue;
    }
    if (stop(scored)) return scored;
    scorer.scoreBase(row, 1);
    keepRow(row, index, output);
    scored++;
  }
  return scored;
}

/** Variants scored; null where `stop`, which hears estimates of that number, ended it early. */
function scoreBatch(
  scorer: SweepScorer,
  engine: BatchEngine,
  batch: Batch,
  output: StageOutput,
  stop: (scored: number) => boolean,
): number | null {
  const count = scorer.metrics.length;
  scorer.clock.enter("events");
  const variants = dealtVariants(scorer.space, batch);
  const scores = scorer.batchRoom(variants.length * count);
  const ended =
    stop(0) || !engine.score(variants, scores, (done) => stop(Math.floor(done * variants.length)));
  scorer.clock.enter("merge");
  if (ended) return null;
  // One of those who share the round says which variants there are not.
  if (batch.part === 0) clearForbidden(scorer, batch, output);
  const row = new Float64Array(1 + count);
  for (let i = 0; i < variants.length; i++) {
    for (let m = 0; m < count; m++) row[1 + m] = scores[i * count + m];
    keepRow(row, variants[i], output);
  }
  return variants.length;
}

function clearForbidden(
  { space }: SweepScorer,
  { from, to }: IndexRange,
  { columns, origin }: StageOutput,
): void {
  if (space.isWhole) return;
  const exists = new Uint8Array(to - from);
  space.markExisting(from, exists);
  for (let i = 0; i < exists.length; i++) {
    if (exists[i] === 1) continue;
    for (const column of columns) column[from + i - origin] = Number.NaN;
  }
}

/** Gives a row, whose first number it sets, to the columns and to the best rows. */
function keepRow(row: Float64Array, index: number, { top, columns, origin }: StageOutput): void {
  row[0] = index;
  for (let m = 0; m < columns.length; m++) columns[m][index - origin] = row[1 + m];
  top.offer(row, 0);
}
