/**
 * `npm run bench:admission`: what watching the process costs, and how long it takes from the begin
 * of a breach until runs are refused. A benchmark, never a test.
 */
import { availableParallelism } from "node:os";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import type { BreakerSettings } from "../src/admission/breaker.ts";
import { Durations } from "../src/admission/durations.ts";
import { openAdmission } from "../src/admission/open-admission.ts";
import { SENSOR_NAMES, type SensorLines } from "../src/admission/reading.ts";
import { loadConfig } from "../src/config.ts";
import { circumstances, median, saveResults } from "./machine.ts";

const ROUNDS = 15;
const COST_MS = 10_000;
const FAR = { recover: 1e8, warn: 1e9, open: null };
const lines = Object.fromEntries(SENSOR_NAMES.map((name) => [name, FAR])) as SensorLines;
const { everyMs, breaches } = loadConfig().admission;
const settings = { breaches, coolDownMs: 50, maxCoolDownMs: 50 };

const where = circumstances();
const costPct = await cost();
console.log(`watching every ${everyMs} ms takes ${costPct.toFixed(2)} % of a core`);
const slow = await reactions({ ...lines, apiLatencyMs: { recover: 10, warn: 20, open: 200 } });
const blocked = await reactions({
  ...lines,
  eventLoopDelayMs: { recover: 10, warn: 20, open: 40 },
});
for (const [what, ms] of Object.entries({ slow, blocked })) {
  const most = Math.max(...ms).toFixed(0);
  console.log(
    `${what}: refused ${median(ms).toFixed(0)} ms after the breach began, ${most} at most`,
  );
}
console.log(`results: ${saveResults("admission", where, { everyMs, costPct, slow, blocked })}`);

function open(chosen: SensorLines, cadenceMs = everyMs) {
  const queries = new Durations(100);
  const reins = { allowed: availableParallelism(), allow: () => {}, makeNice: () => {} };
  const pool = { size: reins.allowed, reins, threadMemory: () => [] };
  const breaker: BreakerSettings = { ...settings, lines: chosen };
  const admission = openAdmission({
    settings: { ...breaker, mode: "CONCURRENT", override: "AUTOMATIC", everyMs: cadenceMs },
    ...{ pool, queries, databaseWaits: new Durations(2_000), databaseBytes: () => null },
  });
  return { ...admission, queries };
}

/** Of the main thread, in percent; the same time without it is taken off. */
async function cost(): Promise<number> {
  const spent = async () => {
    const before = process.cpuUsage();
    await sleep(COST_MS);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  const without = await spent();
  const admission = open(lines);
  const withIt = await spent();
  admission.close();
  return (100 * (withIt - without)) / COST_MS;
}

/** A breach begins when a query has taken as long as the line, or the loop is first held up. */
async function reactions(chosen: SensorLines): Promise<number[]> {
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const admission = open(chosen);
    await sleep(200 + 7 * round);
    const isSlow = chosen.apiLatencyMs.open !== null;
    const ended = isSlow ? admission.queries.begin() : () => {};
    const beganMs = performance.now() + (isSlow ? chosen.apiLatencyMs.open! : 0);
    while (admission.control.breaker().state === "CLOSED") {
      if (isSlow) await sleep(1);
      else await held(60);
    }
    took.push(performance.now() - beganMs);
    ended();
    admission.close();
  }
  return took;
}

async function held(ms: number): Promise<void> {
  for (const until = performance.now() + ms; performance.now() < until; );
  await turn();
}
