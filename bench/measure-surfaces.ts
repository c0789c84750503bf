/** Asks one question of a service in a process of its own, where nothing is warm at first. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createApp } from "../src/app.ts";
import { median } from "./machine.ts";
import { QUESTIONS, surfaceConfig } from "./surface-questions.ts";

export interface SurfaceOrder {
  readonly dataDir: string;
  readonly runId: string;
  readonly question: string;
  /** Times that it is asked after the first. */
  readonly runs: number;
}

export interface SurfaceTimes {
  readonly question: string;
  readonly firstMs: number;
  /** Of all threads of the process, for the first answer: the same on a busy machine. */
  readonly firstCpuMs: number;
  readonly medianMs: number;
  readonly medianCpuMs: number;
  readonly worstMs: number;
  /** The longest that the event loop was held, the first time and later. */
  readonly heldMs: number;
}

async function measure({ dataDir, runId, question, runs }: SurfaceOrder): Promise<SurfaceTimes> {
  await using app = await createApp(surfaceConfig(dataDir));
  const { url } = await app.serve({ port: 0 });
  // The server has answered somebody, though nothing of this kind.
  await answered(url, "{ service { engineVersion } }");
  const query = `{ run(id: "Run_${runId}") { found: ${QUESTIONS[question]} } }`;
  const held = monitorEventLoopDelay({ resolution: 1 });
  held.enable();
  const timesMs: number[] = [];
  const cpuMs: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const startedMs = performance.now();
    const before = process.cpuUsage();
    const answer = await answered(url, query);
    timesMs.push(performance.now() - startedMs);
    const { user, system } = process.cpuUsage(before);
    cpuMs.push((user + system) / 1_000);
    if (!answer.includes('"complete":true')) throw new Error(answer.slice(0, 500));
  }
  held.disable();
  const [firstMs, ...again] = timesMs;
  return {
    ...{ question, firstMs },
    firstCpuMs: cpuMs[0],
    medianMs: median(again),
    medianCpuMs: median(cpuMs.slice(1)),
    worstMs: Math.max(...again),
    heldMs: held.max / 1e6,
  };
}

async function answered(url: string, query: string): Promise<string> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) });
  return response.text();
}

process.once("message", async (order: SurfaceOrder) => {
  process.send?.(await measure(order));
  process.disconnect();
});
