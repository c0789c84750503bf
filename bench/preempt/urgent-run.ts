import { setTimeout as sleep } from "node:timers/promises";
import type { App } from "../../src/app.ts";
import { isTerminal } from "../../src/store/records.ts";
import { type BulkCase, urgentRequest } from "./bulk-cases.ts";

/** Milliseconds since the call of startRun. */
export interface Taken {
  readonly startMs: number;
  /** To the first event that tells of variants. */
  readonly firstMs: number;
  readonly endMs: number;
}

export interface Measured {
  readonly name: string;
  readonly taken: readonly Taken[];
}

/** Work before the first urgent run comes. */
const SETTLE_MS = 1_500;
let fees = 0;

/** Urgent runs one after another beside sweeps, none of whose chunks may be begun twice. */
export async function measureCase(app: App, bulk: BulkCase, tries: number): Promise<Measured> {
  const sweeps = new Sweeps(app, bulk);
  try {
    await sweeps.start();
    const taken: Taken[] = [];
    for (let i = 0; i < tries; i++) {
      await sweeps.keepUp();
      await sleep(150 * Math.random());
      const dataset = bulk.freshCandles === true ? `fresh-${i}` : "long";
      taken.push(await take(app, dataset));
    }
    await sweeps.check();
    return { name: bulk.name, taken };
  } finally {
    await sweeps.end();
  }
}

/** The sweeps of a case. */
class Sweeps {
  readonly #app: App;
  readonly #case: BulkCase;
  #runIds: string[] = [];

  constructor(app: App, bulk: BulkCase) {
    this.#app = app;
    this.#case = bulk;
  }

  async start(): Promise<void> {
    const { requests, stage = "STAGE_A" } = this.#case;
    for (const no of requests.keys()) this.#runIds.push(await this.#begin(no));
    const [first] = this.#runIds;
    for (;;) {
      const run = (await this.#app.store.run(first!))!;
      if (run.stage === stage && run.done > 0) break;
      if (isTerminal(run.state)) throw new Error(`a bulk sweep is ${run.state}: too short`);
      await sleep(20);
    }
    await sleep(SETTLE_MS);
  }

  /** Each has another fee, so that no result of one is that of another. */
  async #begin(no: number): Promise<string> {
    const request = {
      ...this.#case.requests[no]!,
      execution: { feePct: 0.05 + fees++ * 1e-6 },
      schedule: { priority: "BULK" as const },
    };
    const { run } = await this.#app.runs.startRun(request, null, `owner-${no % 2}`);
    return run.id;
  }

  async keepUp(): Promise<void> {
    for (const [no, id] of this.#runIds.entries()) {
      const { state } = (await this.#app.store.run(id))!;
      if (!isTerminal(state)) continue;
      if (this.#case.again !== true) throw new Error(`a bulk sweep is ${state}: too short`);
      this.#runIds[no] = await this.#begin(no);
    }
  }

  /** What gives way goes on where it was. */
  async check(): Promise<void> {
    for (const id of this.#runIds) {
      const again = (await this.#app.store.chunks(id)).filter(({ attempts }) => attempts > 1);
      if (again.length > 0) throw new Error(`${again.length} chunks were begun again`);
    }
  }

  async end(): Promise<void> {
    const { runs, store } = this.#app;
    for (const id of this.#runIds) await runs.cancelRun(id, null);
    for (const id of this.#runIds) {
      while (!isTerminal((await store.run(id))!.state)) await sleep(20);
    }
  }
}

async function take({ runs, store }: App, dataset: string): Promise<Taken> {
  const calledMs = Date.now();
  const { run } = await runs.startRun(urgentRequest(dataset), null, "urgent");
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = async () => {
    if ((await store.run(run.id))?.state === "SUCCEEDED") resolve();
  };
  const unsubscribe = store.onRunChanged((id) => void (id === run.id && look()));
  await look();
  await promise;
  unsubscribe();
  const { startedAt, finishedAt } = (await store.run(run.id))!;
  const events = await store.events(run.id, 0, 1_000);
  const first = events.find(({ done }) => done > 0)!;
  const since = (at: Date | null) => Number(at) - calledMs;
  return { startMs: since(startedAt), firstMs: since(first.at), endMs: since(finishedAt) };
}
