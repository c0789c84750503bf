/**
 * One compute thread. It takes slices of a chunk from shared memory until none is left, sizing
 * them to a few milliseconds by what the last one took, and looks at the chunk's control word
 * between slices. It knows neither database nor clock time, only candles in shared memory.
 */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { checkStrategy } from "../core/canary/check-strategy.ts";
import { RANKING_METRICS } from "../core/metrics/ranking-metric.ts";
import { variantReport } from "../core/report/variant-report.ts";
import { PhaseClock, type SuspendedClock, takeSuspended } from "../core/stages/phase-clock.ts";
import { Ranking } from "../core/stages/ranking.ts";
import { scoreSweep, scoreVariants } from "../core/stages/score-sweep.ts";
import { stageAWork } from "../core/stages/stage-a.ts";
import { stageBWork } from "../core/stages/stage-b.ts";
import type { StageWork } from "../core/stages/stage-output.ts";
import { riskCells, sweepMetrics } from "../core/stages/sweep.ts";
import { SweepScorer } from "../core/stages/sweep-scorer.ts";
import { TopRows } from "../core/stages/top-rows.ts";
import { backendFactory } from "../kernels/backend-factory.ts";
import { KernelMemoryExceeded } from "../kernels/kernel-memory.ts";
import { BegunChunk } from "./begun-chunk.ts";
import { PoolCaches } from "./cache/pool-caches.ts";
import { Looks } from "./looks.ts";
import { Niceness } from "./niceness.ts";
import { Permit } from "./permits.ts";
import {
  type CheckOrder,
  type ChunkOrder,
  CONTROL,
  COUNTER,
  type FromWorker,
  type OrderMessage,
  type ReportOrder,
  type ScoreOrder,
  type ScorerOrder,
  type SweepOrder,
  type ToWorker,
  type WorkerSettings,
} from "./protocol.ts";
import { Scorers } from "./scorers.ts";
import { Slices } from "./slices.ts";
import { ThreadMemory, ThreadOutOfMemory } from "./thread-memory.ts";
import { type Turn, Turns } from "./turns.ts";
import { warmUp } from "./warm-up.ts";

const port = parentPort;
if (port === null) throw new Error("worker.ts runs as a worker thread only");

const settings = workerData as WorkerSettings;
const { batches } = settings;
const backend = backendFactory(settings.kernels);
const clock = new PhaseClock(() => performance.now());
const caches = new PoolCaches(settings.caches, settings.no);
const permit = new Permit(settings.reins.permits, settings.no, () => giveWay());
const memory = new ThreadMemory(settings.held, settings.limitBytes);
const niceness = new Niceness(settings.reins.niceness);
const scorers = new Scorers(makeScorer);
const turns = new Turns<Waiting>(handle, () => performance.now());

/** Innermost last; each with the clock it will go on by, once it has given way. */
const begun: { readonly chunk: BegunChunk; suspended: SuspendedClock | null }[] = [];

function send(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port!.postMessage(message, transfer);
}

/**
 * Whether the thread may score: waits until it may, or until `leave` says that there is nothing to
 * wait for. Asked between slices, and inside of long ones.
 */
function mayScore(leave: () => boolean): boolean {
  niceness.follow();
  memory.look();
  const { urgency } = turns;
  if (permit.goesOn(urgency)) return true;
  const before = clock.pause();
  const taken = permit.take(leave, urgency);
  clock.back(before);
  return taken;
}

function makeScorer(order: ScorerOrder): SweepScorer {
  const store = order.candlesKey === undefined ? {} : { store: caches.of(order.candlesKey) };
  const before = clock.enter("load");
  const scorer = new SweepScorer(order.sweep, order.candles, { backend, clock, batches, ...store });
  clock.back(before);
  return scorer;
}

function runChunk(order: ChunkOrder): void {
  clock.take();
  clock.enter("merge");
  const top = new TopRows(new Ranking(order.sweep.ranking), order.keep, rowsOfShare(order));
  const chunk = new BegunChunk(order, top, send);
  begun.push({ chunk, suspended: null });
  const score = (scorer: SweepScorer) => {
    runSlices(chunk, scorer);
    chunk.counts = countParts(order, scorer);
  };
  try {
    if (!chunk.aborted) scorers.using(order, score);
  } finally {
    begun.pop();
  }
  chunk.answer(clock.take());
}

/** Rows of a chunk that are this thread's, where all threads are as fast. */
function rowsOfShare({ stage, sweep, from, to, counters }: ChunkOrder): number {
  const cells = stage === "STAGE_B" ? riskCells(sweep) : 1;
  return Math.ceil(((to - from) * cells) / (counters.length - COUNTER.shares));
}

function countParts({ from, ends }: ChunkOrder, { space }: SweepScorer): readonly number[] | null {
  if (ends === null) return null;
  const before = space.countBefore(from, ends);
  return Array.from(before, (count, i) => count - (i === 0 ? 0 : before[i - 1]));
}

function runSlices(chunk: BegunChunk, scorer: SweepScorer): void {
  const { order, top } = chunk;
  const work = workOf(order, scorer);
  const slices = new Slices(order, work);
  const origin = order.from * (order.stage === "STAGE_A" ? 1 : scorer.cells);
  const output = { top, columns: order.columns, origin };
  chunk.batched = work.batched;
  const looks = new Looks(() => performance.now());
  const leave = () => chunk.aborted || slices.isEmpty();
  const stop = (scored: number) => {
    const fresh = scored - chunk.told;
    if (work.batched || looks.isDue(fresh)) {
      chunk.tell(scored);
      looks.took(fresh);
      giveWay();
      mayScore(() => chunk.aborted);
      looks.begin();
    }
    return chunk.aborted;
  };
  while (!chunk.aborted) {
    if (!mayScore(leave)) break;
    const slice = slices.next();
    if (slice === null) break;
    const startedMs = performance.now() - turns.awayMs;
    looks.begin();
    const scored = work.score(slice, output, stop);
    const tookMs = performance.now() - turns.awayMs - startedMs;
    clock.enter("merge");
    chunk.endSlice(scored);
    giveWay();
    slices.took(slice, scored, tookMs);
  }
}

function workOf(order: ChunkOrder, scorer: SweepScorer): StageWork {
  if (order.stage === "STAGE_B") return stageBWork(scorer, order.shortlist!, order);
  return stageAWork(scorer, order, order.counters.length - COUNTER.shares);
}

/** Every ranking metric of chosen variants, with what the run's chunks have left in the caches. */
function runScore(order: ScoreOrder): void {
  clock.take();
  clock.enter("merge");
  const pause = () => {
    giveWay();
    mayScore(() => false);
  };
  scorers.using(order, (scorer) => {
    scorer.measure(RANKING_METRICS);
    try {
      const metrics = scoreVariants(scorer, order.stage, order.variants, pause);
      const transfer = [metrics.buffer as ArrayBuffer];
      send({ kind: "scored", id: order.id, metrics, spent: clock.take() }, transfer);
    } finally {
      scorer.measure(sweepMetrics(order.sweep));
    }
  });
}

/** A small run: both stages and the metrics of its best rows, without another message. */
function runSweep(order: SweepOrder): void {
  const { control, id } = order;
  clock.take();
  clock.enter("merge");
  Atomics.store(control, CONTROL.begun, 1);
  const aborted = () => Atomics.load(control, CONTROL.abort) !== 0;
  const stop = () => {
    giveWay();
    mayScore(aborted);
    return aborted();
  };
  mayScore(aborted);
  const sweep = (scorer: SweepScorer) => scoreSweep(scorer, stop);
  const scored = aborted() ? null : scorers.using(order, sweep);
  const spent = clock.take();
  send({ kind: "sweepDone", id, scored: scored === null ? null : { ...scored, spent } });
}

function runReport({ id, sweep, candles, choice }: ReportOrder): void {
  send({ kind: "reported", id, report: variantReport(sweep, candles, choice) });
}

function runCheck({ id, sweep, candles, seed }: CheckOrder): void {
  send({ kind: "checked", id, check: checkStrategy({ sweep, candles }, seed) });
}

/** Lets more urgent orders through, at a place where the one under way can wait. */
function giveWay(): void {
  for (const { chunk, suspended } of begun) {
    if (suspended !== null) chunk.answerIfStopped(() => takeSuspended(suspended));
  }
  for (let next = receiveMessageOnPort(port!); next; next = receiveMessageOnPort(port!)) {
    take(next.message as ToWorker);
  }
  turns.giveWay();
}

function take(message: ToWorker): void {
  if (message.kind === "forget") scorers.forget(message.key);
  else turns.add({ message, urgency: urgencyOf(message) });
}

/** Somebody waits for a report, and it is a moment's work: everything lets it through. */
function urgencyOf(message: OrderMessage): number {
  if (message.kind === "report") return Number.POSITIVE_INFINITY;
  const { urgency = 0 } = message.kind === "chunk" ? message.chunk : message.order;
  return urgency;
}

interface Waiting extends Turn {
  readonly message: OrderMessage;
}

function handle({ message }: Waiting): void {
  const id = message.kind === "chunk" ? message.chunk.id : message.order.id;
  const outer = clock.suspend();
  const giving = begun.at(-1);
  // One that has given way already does not go on by the clock of what came next.
  const gives = giving !== undefined && giving.suspended === null;
  if (gives) giving.suspended = outer;
  try {
    if (message.kind === "score" || message.kind === "check") mayScore(() => false);
    if (message.kind === "chunk") runChunk(message.chunk);
    else if (message.kind === "sweep") runSweep(message.order);
    else if (message.kind === "score") runScore(message.order);
    else if (message.kind === "check") runCheck(message.order);
    else runReport(message.order);
  } catch (error) {
    const { message: text, stack = "" } = error instanceof Error ? error : new Error(String(error));
    const outOfMemory = error instanceof ThreadOutOfMemory || error instanceof KernelMemoryExceeded;
    send({ kind: "failed", id, message: text, stack, outOfMemory });
  } finally {
    // A report is let through beside the permit that its thread has for something else.
    if (message.kind !== "report") permit.release();
  }
  if (gives) giving.suspended = null;
  clock.resume(outer);
}

warmUp(backend);
port.on("message", (message: ToWorker) => {
  take(message);
  // What has come behind it may be more urgent.
  for (let next = receiveMessageOnPort(port!); next; next = receiveMessageOnPort(port!)) {
    take(next.message as ToWorker);
  }
  turns.run();
});
send({ kind: "ready" });
