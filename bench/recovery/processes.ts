import { setTimeout as sleep } from "node:timers/promises";
import type { App } from "../../src/app.ts";
import type { ChunkRecord } from "../../src/store/records.ts";
import type { SweeplineProcess } from "../../test/cli/sweepline-process.ts";
import type { OwnPostgres } from "../../test/support/postgres.ts";
import { endsAs, type Recovery, type Undisturbed, until } from "./disturbed-run.ts";

export type StartWorker = () => Promise<SweeplineProcess>;

const DOWN_MS = 1_000;

/** One of two worker processes is killed: until the other has taken every chunk it had in hand. */
export async function killProcesses(
  app: App,
  wanted: Undisturbed,
  times: number,
  start: StartWorker,
): Promise<Recovery> {
  await using survivor = await start();
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    await using victim = await start();
    const { run } = await app.runs.startRun(wanted.request, null);
    const running = async () =>
      (await app.store.chunks(run.id)).filter(({ state }) => state === "RUNNING");
    const ofVictim = (chunk: ChunkRecord) => chunk.worker?.split(":")[1] === String(victim.pid);
    await until(async () => ((await running()).some(ofVictim) ? true : null), 50);
    await sleep(1_000 + 500 * Math.random());
    const killedMs = performance.now();
    victim.signal("SIGKILL");
    await victim.code;
    const lost = (await running()).filter(ofVictim);
    if (lost.length === 0) throw new Error("it had nothing in hand: more --windows");
    await until(async () => {
      const chunks = await app.store.chunks(run.id);
      const taken = lost.every(({ stage, no }) => {
        const now = chunks.find((chunk) => chunk.stage === stage && chunk.no === no)!;
        return now.state !== "PENDING" && now.worker !== null && !ofVictim(now);
      });
      return taken ? true : null;
    }, 50);
    took.push(performance.now() - killedMs);
    await endsAs(app, run.id, wanted);
  }
  survivor.signal("SIGTERM");
  await survivor.code;
  const what = "a worker process is killed: another has taken its chunks";
  return { what, askedMs: 30_000, times: took };
}

/** PostgreSQL goes and comes back, stopped and killed in turn: until the next chunk is stored. */
export async function restartDatabase(
  app: App,
  wanted: Undisturbed,
  times: number,
  { start, postgres }: { readonly start: StartWorker; readonly postgres: OwnPostgres },
): Promise<Recovery> {
  await using worker = await start();
  const { run } = await app.runs.startRun(wanted.request, null);
  // Null while the database is away.
  const stored = () =>
    app.store.chunks(run.id).then(
      (chunks) => chunks.filter(({ state }) => state === "DONE").length,
      () => null,
    );
  const more = (before: number) => async () => (((await stored()) ?? 0) > before ? true : null);
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    await until(more(await until(stored, 20)), 20);
    await sleep(500 * Math.random());
    await postgres.restart(i % 2 === 0 ? "stop" : "kill", () => sleep(DOWN_MS));
    const backMs = performance.now();
    await until(more(await until(stored, 5)), 5);
    took.push(performance.now() - backMs);
  }
  await endsAs(app, run.id, wanted);
  worker.signal("SIGTERM");
  await worker.code;
  const what = "PostgreSQL is back after a second: the next chunk is stored";
  return { what, askedMs: null, times: took };
}
