import { setTimeout as sleep } from "node:timers/promises";
import type { App } from "../../src/app.ts";
import type { WorkerPool } from "../../src/pool/pool.ts";
import { isTerminal } from "../../src/store/records.ts";
import { endsAs, type Recovery, type Undisturbed, until } from "./disturbed-run.ts";

/** Between two deaths: each falls somewhere else within a chunk. */
const APART_MS = 400;

/** From the death of a thread in the middle of a run until the one after it scores. */
export async function killThreads(app: App, wanted: Undisturbed, times: number): Promise<Recovery> {
  const took: number[] = [];
  while (took.length < times) {
    const { run } = await app.runs.startRun(wanted.request, null);
    // Another after each that ends.
    for (let ms: number | null = 0; ms !== null && took.length < times; ) {
      ms = await killOne(app, run.id, took.length);
      if (ms !== null) took.push(ms);
    }
    await endsAs(app, run.id, wanted);
  }
  return { what: "a thread dies: its replacement scores", askedMs: 2_000, times: took };
}

/** Milliseconds; null where the run ends first. */
async function killOne(app: App, runId: string, no: number): Promise<number | null> {
  const pool = app.pool as WorkerPool;
  const scoring = () => pool.reins.words.permits.subarray(-pool.size);
  const unlessOver = (look: () => boolean) => async () => {
    const { state } = (await app.store.run(runId))!;
    return isTerminal(state) ? "over" : look() || null;
  };
  if (
    (await until(
      unlessOver(() => scoring().every(Boolean)),
      5,
    )) === "over"
  )
    return null;
  await sleep(APART_MS * (1 + Math.random()));
  const last = Math.max(...pool.threadMemory().map((thread) => thread.no));
  const killedMs = performance.now();
  await pool.terminateWorker(no % pool.size);
  const found = await until(
    unlessOver(() => scoring().some((each) => each > last)),
    1,
  );
  return found === "over" ? null : performance.now() - killedMs;
}
