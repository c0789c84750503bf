/**
 * `npm run bench:admission`: what watching the process costs, and how long it takes from the begin
 * of a breach until a run that asks is refused, on a machine with more to do than it can. A
 * benchmark, never a test.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { BreakerSettings } from "../src/admission/breaker.ts";
import { Durations } from "../src/admission/durations.ts";
import { openAdmission } from "../src/admission/open-admission.ts";
import { SENSOR_NAMES, type SensorLines } from "../src/admission/reading.ts";
import { loadConfig } from "../src/config.ts";
import { PRIORITIES } from "../src/store/priorities.ts";
import { circumstances, median, saveResults } from "./machine.ts";

const HELP = `npm run bench:admission -- [--rounds 15] [--rivals 8] [--costs 5]

From the begin of a breach to the first refusal, beside so many processes that spin, and what
watching costs. JSON goes to bench/results.`;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "15" },
    /** Processes that compete for the cores while reactions are measured. */
    rivals: { type: "string", default: "8" },
    costs: { type: "string", default: "5" },
    help: { type: "boolean", default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit(0);
}

const COST_MS = 2_000;
const FAR = { recover: 1e8, warn: 1e9, open: null };
const far = Object.fromEntries(SENSOR_NAMES.map((name) => [name, FAR])) as SensorLines;
const { everyMs, breaches, lines: byDefault } = loadConfig().admission;
const settings = { breaches, coolDownMs: 50, maxCoolDownMs: 50 };

/** What holds the process up, and when that has become a breach. */
interface Breach {
  readonly lines: SensorLines;
  /** From its begin to the line. */
  readonly lineMs: number;
  /** Begins it; answers with what goes on with it for a moment, and what ends it. */
  begin(queries: Durations): { readonly goOn: () => Promise<void>; readonly end: () => void };
}

const slowQuery: Breach = {
  lines: { ...far, apiLatencyMs: { recover: 10, warn: 20, open: 200 } },
  lineMs: 200,
  begin: (queries) => ({ goOn: () => sleep(1), end: queries.begin() }),
};
const pieces = (pieceMs: number, open: number, lineMs: number): Breach => ({
  lines: { ...far, eventLoopDelayMs: { recover: 10, warn: 20, open } },
  lineMs,
  begin: () => ({ goOn: () => held(pieceMs), end: () => {} }),
});
const line = byDefault.eventLoopDelayMs.open!;
const BREACHES = {
  "a query that becomes too slow": slowQuery,
  "a loop held up in pieces of 60 ms": pieces(60, 40, 0),
  "a loop held up in pieces of 250 ms": pieces(250, 200, 200),
  [`a loop held up in pieces of ${line + 5} ms, line of the settings`]: pieces(
    line + 5,
    line,
    line,
  ),
  [`a loop held up in pieces of ${line + 200} ms, line of the settings`]: pieces(
    line + 200,
    line,
    line,
  ),
};

const where = circumstances();
const costPct = await cost();
console.log(`watching every ${everyMs} ms takes ${costPct.toFixed(2)} % of a core`);
const rivals = Array.from({ length: Number(flags.rivals) }, () =>
  spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }),
);
const reactions: Record<string, readonly number[]> = {};
try {
  for (const [what, breach] of Object.entries(BREACHES)) {
    const ms = await react(breach);
    reactions[what] = ms;
    const most = Math.max(...ms).toFixed(0);
    console.log(`${what}: refused ${median(ms).toFixed(0)} ms after the breach, ${most} at most`);
  }
} finally {
  for (const rival of rivals) rival.kill("SIGKILL");
}
const { rivals: beside } = flags;
console.log(`results: ${saveResults("admission", where, { everyMs, costPct, beside, reactions })}`);

function open(chosen: SensorLines) {
  const queries = new Durations(100);
  const reins = { allow: () => {}, makeNice: () => {} };
  const pool = { size: availableParallelism(), reins, threadMemory: () => [] };
  const breaker: BreakerSettings = { ...settings, lines: chosen };
  const admission = openAdmission({
    settings: { ...breaker, mode: "CONCURRENT", override: "AUTOMATIC", everyMs },
    ...{ pool, urgentFrom: PRIORITIES.CRITICAL, queries },
    ...{ databaseWaits: new Durations(2_000), databaseBytes: () => null },
  });
  return { ...admission, queries };
}

/** Of the main thread, in percent; as much time without it, in turns, is taken off. */
async function cost(): Promise<number> {
  const spent = async () => {
    const before = process.threadCpuUsage();
    await sleep(COST_MS);
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000;
  };
  const shares: number[] = [];
  for (let round = 0; round <= Number(flags.costs); round++) {
    const without = await spent();
    const admission = open(far);
    const withIt = await spent();
    admission.close();
    if (round > 0) shares.push((100 * (withIt - without)) / COST_MS);
  }
  return median(shares);
}

/** From the breach to the first run that is refused; one asks as often as the loop turns. */
async function react({ lines: chosen, lineMs, begin }: Breach): Promise<number[]> {
  const took: number[] = [];
  for (let round = 0; round < Number(flags.rounds); round++) {
    const { control, queries, close } = open(chosen);
    await sleep(200 + 7 * round);
    const beganMs = performance.now() + lineMs;
    const { goOn, end } = begin(queries);
    while (isAdmitted(control)) await goOn();
    took.push(performance.now() - beganMs);
    end();
    close();
  }
  return took;
}

function isAdmitted(control: ReturnType<typeof open>["control"]): boolean {
  try {
    control.admit().settle("NOTHING");
    return true;
  } catch {
    return false;
  }
}

async function held(ms: number): Promise<void> {
  for (const until = performance.now() + ms; performance.now() < until; );
  await turn();
}
