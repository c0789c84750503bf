/**
 * What `npm run bench:service` starts: whole runs through the service, on the embedded database and
 * on PostgreSQL, beside the same stages scored by the pool alone, in turns and on as many threads.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createApp, type RunProfile } from "../src/app.ts";
import { loadConfig } from "../src/config.ts";
import { PHASES } from "../src/core/stages/phase-clock.ts";
import type { RunRequestInput } from "../src/plan/request.ts";
import type { RunPlan } from "../src/plan/run-plan.ts";
import type { ComputePool } from "../src/pool/task.ts";
import type { DatasetSource } from "../src/runner/dataset-source.ts";
import { variantIndices } from "../src/runner/stage-ends.ts";
import { sweepTask } from "../src/runner/sweep-task.ts";
import { isTerminal } from "../src/store/records.ts";
import { startPostgres } from "../test/support/postgres.ts";
import { circumstances, median, saveResults } from "./machine.ts";
import { BARS, SHAPES, sizedRequest } from "./memory-workload.ts";

const HELP = `npm run bench:service -- [--variants 1000000] [--rounds 3] [--workers 2]
                       [--databases pglite,postgres]

Whole runs over ${BARS} bars through the service, and their stages by its pool alone, in turns after
a warm round. Variants: ${Object.keys(SHAPES).join(", ")}.`;

const { values: flags } = parseArgs({
  options: {
    variants: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "3" },
    workers: { type: "string", default: "2" },
    databases: { type: "string", default: "pglite,postgres" },
    help: { type: "boolean", default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit(0);
}

/** A contender and the milliseconds of its rounds. */
interface Contender {
  readonly name: string;
  readonly times: number[];
  profile: RunProfile | null;
  readonly app: App;
  readonly take: (request: RunRequestInput) => Promise<{ ms: number; profile?: RunProfile | null }>;
}

type App = Awaited<ReturnType<typeof createApp>>;

const POLL_MS = 20;
// Nothing is asked of whoever started this; an open channel would keep it alive.
process.disconnect?.();
const dataDir = mkdtempSync(join(tmpdir(), "sweepline-service-"));
const where = circumstances();
const wanted = flags.databases.split(",");
const postgres = wanted.includes("postgres") ? await startPostgres() : null;
const contenders: Contender[] = [];
try {
  for (const name of wanted) contenders.push(await serviceOn(name));
  contenders.unshift(poolOf(contenders[0].app));
  const rounds = Number(flags.rounds);
  for (let round = 0; round <= rounds; round++) {
    for (const one of contenders) {
      // Another fee is another run.
      const { hash } = (await imported(one.app)).dataset;
      const { ms, profile } = await one.take(requestOf(hash, round));
      if (round === 0) continue;
      one.times.push(ms);
      one.profile = profile ?? null;
    }
  }
  const [alone] = contenders;
  const results = contenders.map(({ name, times, profile }) => ({
    ...{ name, times, profile, ms: median(times) },
    ratio: median(times.map((ms, round) => ms / alone.times[round])),
  }));
  console.log("| run | median | over the pool alone | where its time went |\n|---|---|---|---|");
  for (const { name, ms, ratio, profile } of results) {
    console.log(`| ${name} | ${ms.toFixed(0)} ms | ${ratio.toFixed(2)}x | ${shares(profile)} |`);
  }
  console.log(`results: ${saveResults("service", where, { ...flags, results })}`);
} finally {
  for (const app of new Set(contenders.map((one) => one.app))) await app.close();
  await postgres?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

function requestOf(dataset: string, round: number): RunRequestInput {
  const request = sizedRequest(dataset, Number(flags.variants));
  return { ...request, execution: { ...request.execution, feePct: 0.1 + round * 1e-6 } };
}

function imported(app: App) {
  return app.datasets.importSynthetic({ seed: 7, bars: BARS, timeframe: "1h" });
}

async function serviceOn(name: string): Promise<Contender> {
  const app = await createApp(
    loadConfig({
      environment: {},
      flags: {
        ...(name === "postgres" ? { databaseUrl: postgres?.url } : {}),
        dataDir: join(dataDir, name),
        workers: Number(flags.workers),
        guards: { maxVariantsPerStage: 100_000_000 },
        admission: { breaker: "CLOSED" },
        log: { level: "error" },
      },
    }),
  );
  const take = async (request: RunRequestInput) => {
    const startedMs = performance.now();
    const { run } = await app.runs.startRun(request, null);
    for (;;) {
      const status = await app.store.runStatus(run.id);
      if (status !== null && isTerminal(status.state)) break;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    const ms = performance.now() - startedMs;
    const ended = (await app.store.run(run.id))!;
    if (ended.state !== "SUCCEEDED") throw new Error(`the run is ${ended.state}`);
    return { ms, profile: ended.profile };
  };
  return { name, times: [], profile: null, app, take };
}

/** Both stages in a chunk each, by the pool of a service. */
function poolOf(app: App): Contender {
  const { pool, datasets } = app as never as { pool: ComputePool; datasets: DatasetSource };
  const take = async (request: RunRequestInput) => {
    const plan: RunPlan = await app.runs.estimate(request);
    const { base } = await sweepTask(datasets, plan, 0);
    const startedMs = performance.now();
    const range = { from: 0, to: plan.estimate.indexSpace };
    const { rows } = await pool.runChunk({ ...base, ...range, stage: "STAGE_A" });
    const shortlist = variantIndices(rows);
    const positions = { from: 0, to: shortlist.length, shortlist };
    await pool.runChunk({ ...base, ...positions, stage: "STAGE_B" });
    return { ms: performance.now() - startedMs };
  };
  return { name: "pool alone", times: [], profile: null, app, take };
}

/** Milliseconds by phase, those of a hundredth of the run or more. */
function shares(profile: RunProfile | null): string {
  if (profile === null) return "";
  const { phases, idleMs, wallMs } = profile;
  const all = [
    ...PHASES.map((phase) => [phase, phases[phase]] as const),
    ["idle", idleMs] as const,
  ];
  return all
    .filter(([, ms]) => ms >= wallMs / 100)
    .map(([phase, ms]) => `${phase} ${ms.toFixed(0)}`)
    .join(", ");
}
