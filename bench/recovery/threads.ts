import { setTimeout as sleep } from "node:timers/promises";
import type { App } from "../../src/app.ts";
import type { WorkerPool } from "../../src/pool/pool.ts";
import { isTerminal } from "../../src/store/records.ts";
import { endsAs, type Recovery, type Undisturbed, until } from "./disturbed-run.ts";

/** Between two deaths: each falls somewhere else within a chunk. */
const APART_MS = 400;

/** From the death of a thread in the middle of a run until the one after it scores. */
export async function killThreads(app: App, wanted: Undisturbed, times: number): Promise<Recovery> {
  const pool = app.pool as WorkerPool;
  const scoring = () => pool.reins.words.permits.subarray(-pool.size);
  const { run } = await app.runs.startRun(wanted.request, null);
  const allScore = async () => {
    const { state } = (await app.store.run(run.id))!;
    if (isTerminal(state)) throw new Error(`the run is ${state}: more --windows`);
    return scoring().every((no) => no > 0) ? true : null;
  };
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    await until(allScore, 5);
    await sleep(APART_MS * (1 + Math.random()));
    const last = Math.max(...pool.threadMemory().map(({ no }) => no));
    const killedMs = performance.now();
    await pool.terminateWorker(i % pool.size);
    await until(async () => (scoring().some((no) => no > last) ? true : null), 1);
    took.push(performance.now() - killedMs);
  }
  await endsAs(app, run.id, wanted);
  return { what: "a thread dies: its replacement scores", askedMs: 2_000, times: took };
}
