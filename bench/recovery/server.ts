import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { addressOf } from "../../scripts/server-address.ts";
import { createApp } from "../../src/app.ts";
import { ApiClient } from "../../src/client/api-client.ts";
import type { Operation } from "../../src/client/operation.ts";
import { loadConfig } from "../../src/config.ts";
import type { RunRecord } from "../../src/store/records.ts";
import { checkEnd, importMarket, type Recovery, type Undisturbed, until } from "./disturbed-run.ts";

const START = join(import.meta.dirname, "../../scripts/sweepline.mjs");
const RUN: Operation<{ readonly run: Seen }, { readonly id: string }> = {
  kind: "query",
  name: "Recovering",
  text: `query Recovering($id: ID!) {
    run(id: $id) { state digest chunks(first: 1, states: [DONE]) { totalCount } }
  }`,
};

type Seen = Pick<RunRecord, "state" | "digest"> & { readonly chunks: { totalCount: number } };

/** A server on the embedded database is killed: from the start of the next one. */
export async function killServer(wanted: Undisturbed, times: number): Promise<Recovery[]> {
  const dataDir = mkdtempSync(join(tmpdir(), "sweepline-recovery-"));
  let server: ChildProcess | null = null;
  try {
    const runId = await queuedRun(dataDir, wanted);
    const answers: number[] = [];
    const stores: number[] = [];
    const begin = async () => {
      const startMs = performance.now();
      server = serve(dataDir);
      const client = new ApiClient(await addressOf(server));
      const see = async () => (await client.request(RUN, { id: runId })).run;
      const { chunks } = await see();
      const answerMs = performance.now() - startMs;
      const more = async () => ((await see()).chunks.totalCount > chunks.totalCount ? true : null);
      await until(more, 5);
      return { see, answerMs, storeMs: performance.now() - startMs };
    };
    let { see } = await begin();
    for (let i = 0; i < times; i++) {
      await sleep(500 + 500 * Math.random());
      server!.kill("SIGKILL");
      await once(server!, "close");
      const again = await begin();
      see = again.see;
      answers.push(again.answerMs);
      stores.push(again.storeMs);
    }
    const end = await until(async () => {
      const run = await see();
      return run.state === "RUNNING" ? null : run;
    }, 50);
    checkEnd(end, wanted.digest);
    return [
      { what: "a killed server is started again: it answers", askedMs: null, times: answers },
      { what: "and the next chunk of its run is stored", askedMs: null, times: stores },
    ];
  } finally {
    (server as ChildProcess | null)?.kill("SIGKILL");
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** In an embedded database that no process has open. */
async function queuedRun(dataDir: string, { request }: Undisturbed): Promise<string> {
  const config = loadConfig({ flags: { dataDir, workers: 1, log: { level: "error" } } });
  await using app = await createApp(config, { work: false });
  await importMarket(app);
  const { run } = await app.runs.startRun(request, null);
  return `Run_${run.id}`;
}

function serve(dataDir: string): ChildProcess {
  const args = [START, "serve", "--port", "0", "--data-dir", dataDir, "--log-level", "error"];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
}
