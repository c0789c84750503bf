import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../../src/core/random.ts";
import { type App, createApp, loadConfig, type RunRequestInput } from "../../../src/index.ts";
import type { OpenStore } from "../../../src/store/open.ts";
import type { RunRecord } from "../../../src/store/records.ts";
import { CLOSED_BREAKER } from "../closed-breaker.ts";
import { freePort } from "../free-port.ts";
import { runWhen } from "../service-under-test.ts";
import { Herd } from "./herd.ts";
import { type SeenEvent, witness } from "./witness.ts";

/** What is done to a run: kill -9 of a process, and what else a night may bring. */
export type Blow = "server" | "worker" | "thread" | "freeze" | "postgres kill" | "postgres stop";

export interface CampaignOptions {
  /** In this order, spread over the whole run. */
  readonly blows: readonly Blow[];
  readonly seed: number;
  /** Windows of the sweep: its size. */
  readonly windows: number;
  readonly chunkVariants: number;
  readonly bars: number;
  /** See the victims. */
  readonly chunkDelayMs: number;
  /** A database server of the campaign's own. */
  readonly postgres: {
    readonly url: string;
    restart(how: "stop" | "kill", away: () => Promise<unknown>): Promise<void>;
  };
  readonly log?: (line: string) => void;
}

export interface CampaignReport {
  readonly run: RunRecord;
  /** Of the same request, undisturbed. */
  readonly digest: string;
  readonly seen: readonly SeenEvent[];
  readonly stored: readonly { readonly seq: number; readonly kind: string }[];
  readonly connections: number;
  readonly chunks: { readonly count: number; readonly most: number; readonly again: number };
  readonly elapsedMs: number;
  /** Faults of the harness itself or complaints about the outcome; empty when all is well. */
  readonly complaints: readonly string[];
}

const LEASE_SECONDS = 2;

/**
 * One run on one server and three workers that are killed, frozen and cut off from their database,
 * and a subscriber that follows it through all of that.
 */
export async function campaign(options: CampaignOptions): Promise<CampaignReport> {
  const log = options.log ?? (() => {});
  const folder = mkdtempSync(join(tmpdir(), "sweepline-chaos-"));
  const environment = {
    DATABASE_URL: options.postgres.url,
    SWEEPLINE_DATA_DIR: folder,
    SWEEPLINE_WORKERS: "1",
    ...CLOSED_BREAKER,
    SWEEPLINE_LOG_LEVEL: "error",
    SWEEPLINE_DEADLINES_LEASE_SECONDS: String(LEASE_SECONDS),
    SWEEPLINE_RETRIES_FAULTS: "20",
    SWEEPLINE_DEADLINES_SYNC_DEADLINE_SECONDS: "300",
  };
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => rmSync(folder, { recursive: true, force: true }));
  const quiet = { ...environment, SWEEPLINE_LOG_LEVEL: "silent" };
  const app = cleanUp.use(await createApp(loadConfig({ environment: quiet }), { work: false }));
  await app.datasets.importSynthetic({ name: "market", seed: 11, bars: options.bars });
  const undisturbed = await app.runs.backtest(requestOf(options), { deadlineMs: 300_000 });
  const { digest } = undisturbed;
  log(`undisturbed, on one thread, ${Math.round(undisturbed.elapsedMs)} ms: ${digest}`);

  const port = await freePort();
  const herd = new Herd({ environment, port, chunkDelayMs: options.chunkDelayMs, log });
  cleanUp.defer(() => herd.end());
  await herd.start();
  const startMs = performance.now();
  const { run } = await app.runs.startRun(requestOf(options), null);
  const over = new AbortController();
  cleanUp.defer(() => over.abort());
  const following = witness(`ws://127.0.0.1:${port}/graphql`, run.id, over.signal);
  await strike(app, run.id, herd, options);
  const ended = await patiently(() =>
    runWhen(app.store as OpenStore, run.id, (seen) => seen.finishedAt !== null),
  );
  const elapsedMs = performance.now() - startMs;
  const { events: seen, connections } = await following;
  const chunks = await app.store.chunks(run.id);
  const stored = await app.store.events(run.id, 0, 1_000_000);
  const attempts = chunks.map((chunk) => chunk.attempts);
  const most = Math.max(...attempts);
  const again = attempts.filter((n) => n > 1).length;
  const report = { run: ended, digest, seen, stored, connections, elapsedMs };
  const counts = { count: chunks.length, most, again };
  const complaints = [...complaintsOf(report), ...(await countComplaints(app, ended))];
  return { ...report, chunks: counts, complaints };
}

function requestOf({ windows, chunkVariants }: CampaignOptions): RunRequestInput {
  const window = { start: 2, stop: windows + 1, step: 1 };
  return {
    dataset: "market",
    strategy: {
      indicators: {
        fast: { id: "ma.sma", params: { window } },
        slow: { id: "ma.sma", params: { window } },
      },
      signals: [{ rule: "cross", of: "fast", against: "slow" }],
      constraint: "fast.window < slow.window",
    },
    risk: { stopLossPct: ["off", 1, 2, 4], takeProfitPct: ["off", 2, 4, 8] },
    preselect: 400,
    schedule: { chunkVariants },
  };
}

/** Each blow when its share of the first stage is stored, and a moment of chance later. */
async function strike(
  app: App,
  runId: string,
  herd: Herd,
  { blows, seed, postgres, log = () => {} }: CampaignOptions,
): Promise<void> {
  const random = new Random(seed);
  for (const [i, blow] of blows.entries()) {
    const share = i / blows.length;
    const seen = await patiently(() =>
      runWhen(app.store as OpenStore, runId, (run) => hasDone(run, share)),
    );
    if (seen.finishedAt !== null) {
      throw new Error(`the run ended as ${seen.state} after ${i} of ${blows.length} blows`);
    }
    await sleep(random.uniform() * 400);
    log(`${i + 1}/${blows.length} ${blow} at ${seen.stage} ${seen.done}/${seen.total}`);
    const away = () => sleep(random.uniform() * 2_000);
    if (blow === "postgres kill") await postgres.restart("kill", away);
    else if (blow === "postgres stop") await postgres.restart("stop", away);
    else await herd.hit(blow, random.uniform());
  }
}

/** The blows are spread over Stage A; what follows comes while their victims begin again. */
function hasDone(run: RunRecord, share: number): boolean {
  if (run.finishedAt !== null || run.stage !== "STAGE_A") return true;
  return run.startedAt !== null && run.done / run.total >= share;
}

/** The harness reads the same database that is being killed. */
async function patiently<T>(look: () => Promise<T>): Promise<T> {
  for (let left = 100; ; left--) {
    try {
      return await look();
    } catch (error) {
      if (left === 0) throw error;
      await sleep(200);
    }
  }
}

function complaintsOf(report: Omit<CampaignReport, "complaints" | "chunks">): string[] {
  const { run, digest, seen, stored } = report;
  const complaints: string[] = [];
  if (run.state !== "SUCCEEDED") {
    complaints.push(`the run is ${run.state}: ${run.error?.message}`);
  } else if (run.digest !== digest) {
    complaints.push(`the digest is ${run.digest}, undisturbed ${digest}`);
  }
  const expected = stored.map((event) => `${event.seq} ${event.kind}`);
  const got = seen.map((event) => `${event.seq} ${event.kind}`);
  stored.forEach(({ seq }, i) => {
    if (seq !== i + 1) complaints.push(`stored event ${i + 1} has seq ${seq}`);
  });
  if (expected.join() !== got.join()) {
    const at = expected.findIndex((event, i) => event !== got[i]);
    complaints.push(
      `the subscriber saw ${got.length} events of ${expected.length}; ` +
        `the first that differs is ${got[at]} instead of ${expected[at]}`,
    );
  }
  return complaints;
}

/** Every number of both stages is in exactly one stored chunk. */
async function countComplaints(app: App, run: RunRecord): Promise<string[]> {
  const complaints: string[] = [];
  for (const stage of ["STAGE_A", "STAGE_B"] as const) {
    let next = 0;
    for await (const { from, to } of app.store.storedRows(run.id, stage)) {
      if (from !== next) complaints.push(`${stage}: ${next} is followed by ${from}`);
      next = to;
    }
    const chunks = await app.store.chunks(run.id, stage);
    if (next !== chunks.at(-1)?.to) complaints.push(`${stage} ends at ${next}`);
    if (chunks.some((chunk) => chunk.state !== "DONE")) complaints.push(`${stage} is not done`);
  }
  return complaints;
}
