import { eq } from "drizzle-orm";
import { runSynchronously } from "../../../src/runner/synchronous-run.ts";
import { isTerminal, type RunRecord, type RunState } from "../../../src/store/records.ts";
import { runs } from "../../../src/store/schema.ts";
import { RUN_TRANSITIONS } from "../../../src/store/transitions.ts";
import { CANDLES, PLAN, SampleScores } from "./sample.ts";
import { SimulatedProcess } from "./simulated-process.ts";
import type { Tally } from "./tally.ts";
import { CALM, type SimulatedDatabase, type World } from "./world.ts";

export interface SimulatedRun {
  readonly seed: number;
  readonly virtualMs: number;
  readonly troubles: Tally;
  /** How often the user took it up again after it had ended badly. */
  readonly retries: number;
  /** Empty when all is well. */
  readonly complaints: readonly string[];
}

const PROCESSES = 3;
const TROUBLED_MS = 45_000;
/** After the troubles: leases run out, attempts wait up to a minute, work is done. */
const CALM_MS = 900_000;
const LOOK_MS = 1_000;

/** One run among everything that may go wrong, then in peace until it ends. */
export async function simulateRun(
  database: SimulatedDatabase,
  seed: number,
  trace: (line: string) => void = () => {},
): Promise<SimulatedRun> {
  const world = await database.world(seed, (line) =>
    trace(`${((world.time.nowMs - startMs) / 1000).toFixed(3)} ${line}`),
  );
  const startMs = world.time.nowMs;
  const simulation = new Simulation(world);
  const unsubscribe = world.store.onRunChanged((runId) => simulation.announce(runId));
  try {
    const run = await simulation.toTheEnd(startMs);
    const complaints = run === null ? [simulation.stuck] : await complaintsOf(world, run);
    const virtualMs = world.time.nowMs - startMs;
    const { tally, ledger } = world;
    tally["lease ran out"] = ledger.ranOut;
    const all = [...new Set([...ledger.complaints, ...complaints])];
    return { seed, virtualMs, troubles: tally, retries: simulation.retries, complaints: all };
  } finally {
    unsubscribe();
    simulation.end();
  }
}

class Simulation {
  retries = 0;
  stuck = "";
  readonly #world: World;
  readonly #processes: SimulatedProcess[] = [];
  #names = 0;
  #announced = 0;
  #heard = 0;
  #runId = "";
  #state: RunState = "QUEUED";

  constructor(world: World) {
    this.#world = world;
  }

  async toTheEnd(startMs: number): Promise<RunRecord | null> {
    const { time, store, troubles, chance, tally } = this.#world;
    const create = { plan: PLAN, kernels: "reference", idempotencyKey: null } as const;
    const { run } = await this.#world.atDatabase(() =>
      store.createRun({ ...create, requestHash: "h" }),
    );
    this.#runId = run.id;
    for (let place = 0; place < PROCESSES; place++) this.#place(place);
    this.#again(troubles.killEveryMs, () => this.#kill());
    this.#again(troubles.freezeEveryMs, () => {
      const process = chance.one(this.#processes);
      tally["process hung"]++;
      process.freeze(time.nowMs + chance.upTo(40_000));
    });
    this.#again(troubles.userEveryMs, () => this.#meddle());
    time.after(TROUBLED_MS, () => {
      this.#world.troubles = CALM;
    });
    this.#look(run.id, startMs + TROUBLED_MS);
    const untilMs = startMs + TROUBLED_MS + CALM_MS;
    while (this.#state !== "SUCCEEDED" && (await time.step(untilMs)));
    const seen = (await store.run(run.id))!;
    const { state, stage, stopState } = seen;
    if (state === "SUCCEEDED") return seen;
    const chunks = (await store.chunks(run.id)).map((c) => `${c.stage} ${c.no} ${c.state}`);
    this.stuck = `does not end: ${state} ${stage} ${stopState}; ${chunks.join(", ")}`;
    return null;
  }

  end(): void {
    for (const process of this.#processes) process.kill();
  }

  /** The database's notification to whoever listens. */
  announce(runId: string): void {
    const { time, chance, troubles, listeners, tally } = this.#world;
    for (const listener of listeners) {
      const times = chance.happens(troubles.lost) ? 0 : chance.happens(troubles.twice) ? 2 : 1;
      if (times === 0) tally["notification lost"]++;
      if (times === 2) tally["notification twice"]++;
      for (let i = 0; i < times; i++) {
        const no = this.#announced++;
        time.after(chance.upTo(500), () => {
          if (no < this.#heard) tally["notification out of order"]++;
          this.#heard = Math.max(this.#heard, no);
          listener(runId);
        });
      }
    }
  }

  /** A supervisor's work: what is gone, or could not begin, is started again. */
  #place(place: number): void {
    const { time, chance, trace } = this.#world;
    const process = new SimulatedProcess(this.#world, `p${this.#names++}`);
    this.#processes[place] = process;
    trace(`${process.name} begins`);
    process.runner.start().catch(() => {
      process.kill();
      time.after(500 + chance.upTo(1_000), () => this.#place(place));
    });
  }

  #kill(): void {
    const { time, chance, trace, tally } = this.#world;
    const place = chance.below(PROCESSES);
    if (!this.#processes[place].alive) return;
    trace(`${this.#processes[place].name} is killed`);
    tally["process killed"]++;
    this.#processes[place].kill();
    time.after(200 + chance.upTo(5_000), () => this.#place(place));
  }

  /** The user pauses, resumes, cancels and retries as he likes. */
  async #meddle(): Promise<void> {
    const { chance, store, trace, tally, ledger } = this.#world;
    const id = this.#runId;
    const acts = {
      pause: () => store.pauseRun(id),
      resume: () => store.resumeRun(id),
      cancel: () => store.requestCancel(id, null),
      retry: () => store.retryRun(id),
    };
    const name = chance.one(Object.keys(acts) as (keyof typeof acts)[]);
    // What makes no sense just now is refused.
    const done = await this.#world.atDatabase(acts[name]).then(
      () => "done",
      (error: Error) => error.message,
    );
    trace(`user: ${name}: ${done}`);
    tally["user meddled"]++;
    if (done !== "done") return;
    const now = (await this.#world.atDatabase(() => store.runStatus(id)))!;
    const stops = isTerminal(now.state) || now.stopState !== null;
    if (name === "pause") ledger.paused = true;
    else if (name === "retry") ledger.cleared();
    else if (name === "resume") ledger.paused = false;
    else if (!stops) ledger.complaints.push(`a cancel leaves the run ${now.state}`);
  }

  #again(everyMs: number, act: () => Promise<void> | void): void {
    const { time, chance } = this.#world;
    if (everyMs === Number.POSITIVE_INFINITY) return;
    time.after(chance.around(everyMs), async () => {
      if (this.#world.troubles === CALM) return;
      await act();
      this.#again(everyMs, act);
    });
  }

  /** Once it is calm, the user wants the run to succeed. */
  #look(id: string, calmFromMs: number): void {
    const { time, store, ledger } = this.#world;
    const ask = <T>(question: () => Promise<T>) => this.#world.atDatabase(question);
    time.after(LOOK_MS, async () => {
      const { state } = (await ask(() => store.runStatus(id)))!;
      this.#state = state;
      if (time.nowMs > calmFromMs && state === "PAUSED") {
        await ask(() => store.resumeRun(id));
        ledger.paused = false;
      }
      if (time.nowMs > calmFromMs && isTerminal(state) && state !== "SUCCEEDED") {
        this.retries++;
        await ask(() => store.retryRun(id));
        ledger.cleared();
      }
      this.#look(id, calmFromMs);
    });
  }
}

let undisturbed: Promise<string> | null = null;

/** Of the same plan, without store, queue and troubles. */
function undisturbedDigest(): Promise<string> {
  const scores = new SampleScores();
  undisturbed ??= runSynchronously(PLAN, {
    pool: {
      size: 1,
      runChunk: async (task) => ({ status: "done", elapsedMs: 0, ...scores.part(task, task.to) }),
      giveBack: () => {},
      forget: () => {},
      score: async ({ stage }, variants) =>
        Array.from(variants, (variant) => scores.variant(stage, variant)),
      runSweep: () => Promise.reject(new Error("nobody asks for a whole sweep")),
      report: () => Promise.reject(new Error("nobody asks for a report")),
      check: () => Promise.reject(new Error("nobody asks for a check")),
      stats: () => ({
        size: 1,
        alive: 1,
        allowed: 1,
        busy: 0,
        queuedChunks: 0,
        replacedWorkers: 0,
        failedStarts: 0,
        slices: 0,
      }),
      caches: () => [],
      close: async () => {},
    },
    datasets: { candles: async () => CANDLES, resampled: async () => CANDLES },
    signal: new AbortController().signal,
    deadlineMs: 60_000,
    wholeUpTo: 0,
  }).then((run) => run.digest);
  return undisturbed;
}

async function complaintsOf({ store, tally }: World, run: RunRecord): Promise<string[]> {
  const complaints: string[] = [];
  const expect = (holds: boolean, text: string) => {
    if (!holds) complaints.push(text);
  };
  const digest = await undisturbedDigest();
  expect(run.digest === digest, `the digest is ${run.digest}, undisturbed ${digest}`);
  expect(run.done === run.total, `${run.done} of ${run.total} are done`);
  for (const stage of ["STAGE_A", "STAGE_B"] as const) {
    let next = 0;
    for await (const { from, to } of store.storedRows(run.id, stage)) {
      expect(from === next, `${stage}: ${next} is followed by ${from}`);
      next = to;
    }
  }
  const [counted] = await store.database.db
    .select({ stored: runs.stored })
    .from(runs)
    .where(eq(runs.id, run.id));
  expect(counted?.stored === run.total, `${counted?.stored} of ${run.total} count as stored`);
  for (const chunk of await store.chunks(run.id)) {
    const { stage, no, state, leaseUntil } = chunk;
    expect(state === "DONE" && leaseUntil === null, `${stage} ${no} is ${state}, ${leaseUntil}`);
  }
  const events = await store.events(run.id, 0, 100_000);
  tally["attempts used up"] = events.filter((event) => event.kind === "FAILED").length;
  events.forEach((event, i) => {
    expect(event.seq === i + 1, `event ${i + 1} has seq ${event.seq}`);
    const former = events[i - 1];
    if (former === undefined) return;
    const legal = RUN_TRANSITIONS[former.state].includes(event.state);
    expect(former.state === event.state || legal, `${former.state} to ${event.state}`);
    const same = former.stage === event.stage && event.kind !== "RETRIED";
    expect(!same || event.done >= former.done, `event ${event.seq} goes back to ${event.done}`);
  });
  expect(events.at(-1)?.kind === "SUCCEEDED", `the last event is ${events.at(-1)?.kind}`);
  return complaints;
}
