/**
 * One compute thread. It takes slices of a chunk from a shared counter until none is left, sizing
 * them to a few milliseconds by what the last one took, and looks at the chunk's control word
 * between slices. It knows neither database nor clock time, only candles in shared memory.
 */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { checkStrategy } from "../core/canary/check-strategy.ts";
import { RANKING_METRICS } from "../core/metrics/ranking-metric.ts";
import { variantReport } from "../core/report/variant-report.ts";
import { PhaseClock } from "../core/stages/phase-clock.ts";
import { Ranking } from "../core/stages/ranking.ts";
import { scoreSweep, scoreVariants } from "../core/stages/score-sweep.ts";
import { scoreStageA } from "../core/stages/stage-a.ts";
import { scoreStageB } from "../core/stages/stage-b.ts";
import { sweepMetrics } from "../core/stages/sweep.ts";
import { SweepScorer } from "../core/stages/sweep-scorer.ts";
import { TopRows } from "../core/stages/top-rows.ts";
import { backendFactory } from "../kernels/choose-kernels.ts";
import { PoolCaches } from "./cache/pool-caches.ts";
import { Niceness } from "./niceness.ts";
import { Permit } from "./permits.ts";
import {
  type CheckOrder,
  type ChunkOrder,
  CONTROL,
  COUNTER,
  type FromWorker,
  type ReportOrder,
  type ScoreOrder,
  type ScorerOrder,
  type SweepOrder,
  type ToWorker,
  type WorkerSettings,
} from "./protocol.ts";
import { Slices } from "./slices.ts";
import { warmUp } from "./warm-up.ts";

const port = parentPort;
if (port === null) throw new Error("worker.ts runs as a worker thread only");

/** Scorers of the newest sweeps; two, so that a run's neighbour does not evict it. */
const MAX_SCORERS = 2;
/** A slice tells of itself after so many: one position of Stage B alone may have thousands. */
const VARIANTS_A_LOOK = 1_000;
/** Least time between two messages about a better row. */
const BEST_MESSAGE_MS = 100;

const settings = workerData as WorkerSettings;
const backend = backendFactory(settings.kernels);
const clock = new PhaseClock(() => performance.now());
const caches = new PoolCaches(settings.caches, settings.no);
const scorers = new Map<string, SweepScorer>();
const permit = new Permit(settings.reins.permits, settings.no, () => answerReports());
const niceness = new Niceness(settings.reins.niceness);

function send(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port!.postMessage(message, transfer);
}

/**
 * Whether the thread may score: waits until it may, or until `leave` says that there is nothing to
 * wait for. Asked between slices, and inside of long ones.
 */
function mayScore(leave: () => boolean): boolean {
  niceness.follow();
  if (permit.goesOn()) return true;
  const before = clock.pause();
  const taken = permit.take(leave);
  clock.back(before);
  return taken;
}

function scorerFor(order: ScorerOrder): SweepScorer {
  let scorer = scorers.get(order.key);
  if (scorer === undefined) {
    const store = order.candlesKey === undefined ? {} : { store: caches.of(order.candlesKey) };
    const before = clock.enter("load");
    scorer = new SweepScorer(order.sweep, order.candles, { backend, clock, ...store });
    clock.back(before);
  }
  scorers.delete(order.key);
  scorers.set(order.key, scorer);
  for (const oldest of scorers.keys()) {
    if (scorers.size <= MAX_SCORERS) break;
    scorers.get(oldest)!.release();
    scorers.delete(oldest);
  }
  return scorer;
}

function runChunk(order: ChunkOrder): void {
  const { control, counters } = order;
  clock.take();
  clock.enter("merge");
  // First begun, then a look at the abort word: the pool writes and reads them the other way round.
  Atomics.store(control, CONTROL.begun + order.seat, 1);
  const aborted = () => Atomics.load(control, CONTROL.abort) !== 0;
  const top = new TopRows(new Ranking(order.sweep.ranking), order.keep);
  if (!aborted()) {
    const scorer = scorerFor(order);
    const best = new BestReporter(order.id);
    const slices = new Slices(order, scorer);
    const look = slices.batched ? 0 : VARIANTS_A_LOOK;
    const leave = () => aborted() || slices.isEmpty();
    while (!aborted()) {
      if (!mayScore(leave)) break;
      const slice = slices.next();
      if (slice === null) break;
      let told = 0;
      const tell = (scored: number) => {
        Atomics.add(counters, COUNTER.scored, BigInt(scored - told));
        told = scored;
        best.report(top);
        answerReports();
      };
      const stop = (scored: number) => {
        if (scored - told >= look) tell(scored);
        if (slices.batched) mayScore(aborted);
        return aborted();
      };
      const startedMs = performance.now();
      const scored = runSlice(order, scorer, { ...slice, top, stop });
      const tookMs = performance.now() - startedMs;
      clock.enter("merge");
      // Less than was told where a batch was ended early: it counts for nothing.
      tell(scored);
      slices.took(slice, scored / cellsOf(order, scorer), tookMs);
    }
  }
  const rows = top.drain();
  const transfer = [rows.data.buffer as ArrayBuffer];
  send({ kind: "chunkDone", id: order.id, rows, spent: clock.take() }, transfer);
}

/** What one position of the chunk's range counts for. */
function cellsOf(order: ChunkOrder, scorer: SweepScorer): number {
  return order.stage === "STAGE_A" ? 1 : scorer.cells;
}

interface Slice {
  readonly from: number;
  readonly to: number;
  readonly top: TopRows;
  readonly stop: (scored: number) => boolean;
}

function runSlice(order: ChunkOrder, scorer: SweepScorer, slice: Slice): number {
  const { columns } = order;
  const { from, to, top, stop } = slice;
  if (order.stage === "STAGE_A") {
    return scoreStageA(scorer, from, to, { top, columns, origin: order.from }, stop);
  }
  const origin = order.from * scorer.cells;
  const work = { shortlist: order.shortlist!, from, to };
  return scoreStageB(scorer, work, { top, columns, origin }, stop);
}

/** Tells the pool about a better best row, now and then. */
class BestReporter {
  readonly #id: number;
  #lastIndex = Number.NaN;
  #lastMs = 0;

  constructor(id: number) {
    this.#id = id;
  }

  report(top: TopRows): void {
    const now = performance.now();
    if (now - this.#lastMs < BEST_MESSAGE_MS) return;
    const row = top.best();
    if (row === null || row[0] === this.#lastIndex) return;
    this.#lastIndex = row[0];
    this.#lastMs = now;
    send({ kind: "best", id: this.#id, row });
  }
}

/** Every ranking metric of chosen variants, with what the run's chunks have left in the caches. */
function runScore(order: ScoreOrder): void {
  clock.take();
  clock.enter("merge");
  const scorer = scorerFor(order);
  scorer.measure(RANKING_METRICS);
  try {
    const metrics = scoreVariants(scorer, order.stage, order.variants);
    const transfer = [metrics.buffer as ArrayBuffer];
    send({ kind: "scored", id: order.id, metrics, spent: clock.take() }, transfer);
  } finally {
    scorer.measure(sweepMetrics(order.sweep));
  }
}

/** A small run: both stages and the metrics of its best rows, without another message. */
function runSweep(order: SweepOrder): void {
  const { control, id } = order;
  Atomics.store(control, CONTROL.begun, 1);
  const aborted = () => Atomics.load(control, CONTROL.abort) !== 0;
  const stop = () => {
    answerReports();
    mayScore(aborted);
    return aborted();
  };
  mayScore(aborted);
  const scored = aborted() ? null : scoreSweep(scorerFor(order), stop);
  send({ kind: "sweepDone", id, scored });
}

function runReport({ id, sweep, candles, choice }: ReportOrder): void {
  send({ kind: "reported", id, report: variantReport(sweep, candles, choice) });
}

function runCheck({ id, sweep, candles, seed }: CheckOrder): void {
  send({ kind: "checked", id, check: checkStrategy({ sweep, candles }, seed) });
}

/** Other orders that came while a chunk was being scored, oldest first. */
const waiting: ToWorker[] = [];

/** Somebody waits for a report, and it is a moment's work: a chunk lets it through. */
function answerReports(): void {
  for (let next = receiveMessageOnPort(port!); next; next = receiveMessageOnPort(port!)) {
    const message = next.message as ToWorker;
    if (message.kind === "report") handle(message);
    else waiting.push(message);
  }
}

function handle(message: ToWorker): void {
  const id = message.kind === "chunk" ? message.chunk.id : message.order.id;
  if (message.kind === "score" || message.kind === "check") mayScore(() => false);
  try {
    if (message.kind === "chunk") runChunk(message.chunk);
    else if (message.kind === "sweep") runSweep(message.order);
    else if (message.kind === "score") runScore(message.order);
    else if (message.kind === "check") runCheck(message.order);
    else runReport(message.order);
  } catch (error) {
    const { message: text, stack = "" } = error instanceof Error ? error : new Error(String(error));
    send({ kind: "failed", id, message: text, stack });
  } finally {
    // A report is let through beside the permit that its thread has for something else.
    if (message.kind !== "report") permit.release();
  }
}

warmUp(backend);
port.on("message", (message: ToWorker) => {
  handle(message);
  for (let next = waiting.shift(); next; next = waiting.shift()) handle(next);
});
send({ kind: "ready" });
