/**
 * `npm run bench:peers`: the same workloads on the same candles by hand-written C, by a hand-
 * written numba loop, by vectorbt with each of its engines, by raptorbt and backtesting, and by
 * Sweepline, one thread each, interleaved. Checks that returns agree and prints ratios, median over
 * rounds. Never a test.
 */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createPool } from "../../src/pool/pool.ts";
import type { ComputePool } from "../../src/pool/task.ts";
import { circumstances, RESULTS, saveResults } from "../machine.ts";
import type { TimedTask } from "../planned-stage.ts";
import { timedTask } from "../timed-task.ts";
import { WORKLOADS, type Workload } from "../workloads.ts";
import { type Comparison, compare, ratioTable } from "./comparison.ts";
import type { Contender, Lap } from "./contender.ts";
import { exportWorkload, returnsOf } from "./export.ts";
import { PEERS, type Peer, startPeer } from "./peers.ts";

/** The median of so many rounds moves no more. */
const MOST_LAPS = 40;

const HELP = `npm run bench:peers -- [--only W1,W2] [--rounds 3] [--seconds 4] [--peers c,numba]

Builds bench/limit (C) and bench/peers/.venv (Python), then times all of them interleaved. Peers:
${PEERS.map(({ name }) => name).join(", ")}.
Beside each peer at least so many rounds, and as many as fit into the seconds, ${MOST_LAPS} at most.
The last thing printed is a Markdown table.`;

const { values: flags } = parseArgs({
  options: {
    only: { type: "string", default: "W1,W2,W3,W4,W5" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "4" },
    peers: { type: "string", default: PEERS.map(({ name }) => name).join() },
    help: { type: "boolean", default: false },
  },
});

/** Laps of a peer whose first one takes longer than this are few. */
const SLOW_MS = 5_000;
const SLOW_LAPS = 2;
/** The engine compiles what is called often a second time, after some hundreds of milliseconds. */
const WARM_UP_MS = 1_000;
/** Python compiles its loops in the first lap of each workload. */
const COMPILING_SECONDS = 8;

if (flags.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = Number(flags.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${flags.rounds}: 1 or more`);
const seconds = Number(flags.seconds);
if (!(seconds >= 0)) throw new Error(`--seconds ${flags.seconds}: 0 or more`);
const folder = fileURLToPath(new URL("data", RESULTS));
mkdirSync(folder, { recursive: true });
const where = circumstances();
const asked = flags.peers.split(",");
const only = flags.only.split(",");
const peers = PEERS.filter(({ name }) => asked.includes(name));
const workloads = WORKLOADS.filter(({ name }) => only.includes(name));
console.log(`about ${Math.ceil(estimateSeconds() / 60)} minutes`);
const contenders = new Map(peers.map((peer) => [peer, startPeer(peer, folder)]));
const comparisons: Comparison[] = [];
const pool = await createPool({ size: 1 });
try {
  for (const workload of workloads) comparisons.push(...(await compareAll(workload, pool)));
} finally {
  await pool.close();
  for (const contender of contenders.values()) contender.close();
}
console.log(`\n${where.cpu}, node ${where.node}, commit ${where.commit}, load ${where.load}`);
console.log(`results: ${saveResults("peers", where, comparisons)}\n`);
console.log(ratioTable(comparisons));

function estimateSeconds(): number {
  let estimate = 0;
  for (const { lapSeconds, name, checked } of peers) {
    for (const workload of workloads) {
      const lap = lapSeconds[workload.name] ?? 0;
      const laps = 1 + (lap * 1_000 > SLOW_MS ? Math.min(rounds, SLOW_LAPS) : rounds);
      estimate += Math.max(lap * (laps + (checked === "free" ? 1 : 0)), lap > 0 ? seconds : 0);
      if (lap > 0 && name !== "c") estimate += COMPILING_SECONDS;
    }
  }
  return estimate;
}

async function compareAll(workload: Workload, pool: ComputePool): Promise<Comparison[]> {
  const task = await timedTask(workload, pool, 1);
  exportWorkload(task, workload.name, folder);
  const laps = new Map<Peer, Lap[]>();
  const ours = new Map<Peer, number[]>();
  await warmUp(task);
  const active = new Map(contenders);
  while (active.size > 0) {
    for (const [peer, contender] of active) {
      const { elapsedMs } = await task.run();
      const lap = await contender.run(workload.name, "fees");
      if (lap === null) {
        active.delete(peer);
        continue;
      }
      laps.set(peer, [...(laps.get(peer) ?? []), lap]);
      ours.set(peer, [...(ours.get(peer) ?? []), elapsedMs]);
      if (hasEnough(laps.get(peer)!, ours.get(peer)!)) active.delete(peer);
    }
  }
  const results: Comparison[] = [];
  for (const [peer, all] of laps) {
    const check = await checkOf(workload, peer, all[0], task, pool);
    const result = compare(workload.name, peer, all, ours.get(peer)!, check);
    results.push(result);
    console.log(ratioTable([result]).split("\n")[2]);
  }
  return results;
}

async function warmUp(task: TimedTask): Promise<void> {
  const end = performance.now() + WARM_UP_MS;
  while (performance.now() < end) await task.run();
}

/** Whether a peer has run its rounds; the first lap does not count. */
function hasEnough(laps: readonly Lap[], ours: readonly number[]): boolean {
  const counted = laps.length - 1;
  if (laps[0].ms > SLOW_MS) return counted >= Math.min(rounds, SLOW_LAPS);
  const spent = [...laps.map(({ ms }) => ms), ...ours].reduce((sum, ms) => sum + ms, 0);
  return counted >= rounds && (spent >= seconds * 1_000 || counted >= MOST_LAPS);
}

/** A lap of the peer, and our returns of the same costs and direction. */
async function checkOf(
  workload: Workload,
  peer: Peer,
  timed: Lap,
  task: TimedTask,
  pool: ComputePool,
): Promise<{ readonly lap: Lap; readonly returns: Float64Array }> {
  if (peer.checked === "fees") return { lap: timed, returns: await returnsOf(task) };
  const contender = contenders.get(peer) as Contender;
  const lap = await contender.run(workload.name, "free");
  const free = await timedTask(workload, pool, 1, {
    execution: { feePct: 0, slippagePct: 0 },
    direction: peer.direction,
    shortlist: task.shortlist,
  });
  return { lap: lap!, returns: await returnsOf(free) };
}
