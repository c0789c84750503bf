/**
 * `npm run bench:peers`: the same workloads on the same candles by hand-written C, by a hand-
 * written numba loop, by vectorbt with each of its engines, and by Sweepline, one thread each,
 * interleaved. Checks that returns agree and prints ratios, median over rounds. Never a test.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createPool } from "../../src/pool/pool.ts";
import { circumstances, median, RESULTS, saveResults } from "../machine.ts";
import { type TimedTask, timedTask } from "../timed-task.ts";
import { WORKLOADS } from "../workloads.ts";
import { type Contender, type Lap, processContender } from "./contender.ts";
import { type Exported, exportWorkload } from "./export.ts";

const HELP = `npm run bench:peers -- [--only W1,W2] [--rounds 7]
               [--peers c,numba,vectorbt,vectorbt-rust]

Builds bench/limit (C) and bench/peers/.venv (Python), then times all of them interleaved.`;

const { values: flags } = parseArgs({
  options: {
    only: { type: "string", default: "W1,W2,W3,W4,W5" },
    rounds: { type: "string", default: "7" },
    peers: { type: "string", default: "c,numba,vectorbt,vectorbt-rust" },
    help: { type: "boolean", default: false },
  },
});

/** Largest difference of a total return in percent points that counts as agreement. */
const TOLERANCE: Readonly<Record<string, number>> = { c: 1e-12, numba: 1e-9 };
const VECTORBT_TOLERANCE = 1e-6;
/** Laps of a peer that takes longer than this are few. */
const SLOW_MS = 5_000;
const SLOW_LAPS = 2;

interface Comparison {
  readonly workload: string;
  readonly peer: string;
  readonly laps: number;
  readonly peerMs: number;
  readonly ourMs: number;
  /** Median over rounds of the peer's time over ours in the same round. */
  readonly ratio: number;
  /** Variants timed; where fewer than all, times are scaled to all. */
  readonly timed: number;
  readonly variants: number;
  /** Largest difference of a total return, relative to its growth factor. */
  readonly difference: number;
  readonly agrees: boolean;
}

if (flags.help) {
  console.log(HELP);
  process.exit(0);
}
const folder = fileURLToPath(new URL("data", RESULTS));
mkdirSync(folder, { recursive: true });
const where = circumstances();
const contenders = flags.peers.split(",").map(start);
const comparisons: Comparison[] = [];
const pool = await createPool({ size: 1 });
try {
  for (const workload of WORKLOADS.filter(({ name }) => flags.only.split(",").includes(name))) {
    const task = await timedTask(workload, pool, 1);
    const exported = await exportWorkload(task, workload.name, folder);
    comparisons.push(...(await compareAll(workload.name, task, exported)));
  }
} finally {
  await pool.close();
  for (const contender of contenders) contender.close();
}
console.log(`\n${where.cpu}, node ${where.node}, commit ${where.commit}, load ${where.load}`);
console.log(`results: ${saveResults("peers", where, comparisons)}`);

function start(name: string): Contender {
  if (name === "c") return processContender(name, [builtLimit(), folder, "10000"], folder);
  const script = fileURLToPath(new URL("contender.py", import.meta.url));
  return processContender(name, [builtPython(), script, name, folder], folder);
}

function builtLimit(): string {
  const sources = fileURLToPath(new URL("../limit/", import.meta.url));
  const output = fileURLToPath(new URL("limit", RESULTS));
  const files = readdirSync(sources).filter((file) => file.endsWith(".c"));
  const options = ["-O3", "-march=native", "-ffp-contract=off", "-Wall", "-Wextra"];
  execFileSync("cc", [...options, ...files, "-lm", "-o", output], { cwd: sources });
  return output;
}

function builtPython(): string {
  const venv = fileURLToPath(new URL(".venv", import.meta.url));
  const python = `${venv}/bin/python`;
  if (existsSync(`${venv}/ready`)) return python;
  const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));
  execFileSync("python3", ["-m", "venv", venv], { stdio: "inherit" });
  execFileSync(python, ["-m", "pip", "install", "--quiet", "-r", requirements], {
    stdio: "inherit",
  });
  execFileSync("touch", [`${venv}/ready`]);
  return python;
}

async function compareAll(
  workload: string,
  task: TimedTask,
  exported: Exported,
): Promise<Comparison[]> {
  const laps = new Map<Contender, Lap[]>();
  const ours = new Map<Contender, number[]>();
  for (let round = 0; round <= Number(flags.rounds); round++) {
    for (const contender of contenders) {
      const done = laps.get(contender) ?? [];
      if (done.length > SLOW_LAPS && done[0].ms > SLOW_MS) continue;
      const { elapsedMs } = await task.run();
      const lap = await contender.run(workload);
      if (lap === null) continue;
      laps.set(contender, [...done, lap]);
      ours.set(contender, [...(ours.get(contender) ?? []), elapsedMs]);
    }
  }
  return [...laps].map(([contender, all]) => {
    const result = compare(workload, contender.name, all, ours.get(contender)!, exported);
    print(result);
    return result;
  });
}

/** The first lap of each is warm-up. */
function compare(
  workload: string,
  peer: string,
  laps: readonly Lap[],
  ours: readonly number[],
  exported: Exported,
): Comparison {
  const variants = exported.returns.length;
  const scaled = laps.slice(1).map((lap) => (lap.ms * variants) / lap.timed);
  const difference = largestDifference(laps[0], exported.returns);
  return {
    workload,
    peer,
    laps: scaled.length,
    peerMs: median(scaled),
    ourMs: median(ours.slice(1)),
    ratio: median(scaled.map((ms, lap) => ms / ours[lap + 1])),
    timed: laps[0].timed,
    variants,
    difference,
    agrees: difference <= (TOLERANCE[peer] ?? VECTORBT_TOLERANCE),
  };
}

function largestDifference({ returns, positions }: Lap, expected: Float64Array): number {
  if (returns.length !== (positions?.length ?? expected.length)) return Number.POSITIVE_INFINITY;
  return returns.reduce((largest, value, i) => {
    const ours = expected[positions?.[i] ?? i];
    const difference = Math.abs(value - ours) / Math.max(100, Math.abs(100 + ours));
    return difference <= largest ? largest : difference;
  }, 0);
}

function print(c: Comparison): void {
  const whole = c.timed === c.variants ? "" : `  (${c.timed} of ${c.variants} timed, scaled)`;
  console.log(
    [
      c.workload,
      c.peer.padEnd(14),
      `${c.peerMs.toFixed(1)} ms`.padStart(13),
      `ours ${c.ourMs.toFixed(1)} ms`.padStart(16),
      `peer/ours ${c.ratio.toFixed(2)}x`.padStart(18),
      `largest difference ${c.difference.toExponential(1)}`,
      c.agrees ? "agrees" : "DIFFERS",
    ].join("  ") + whole,
  );
}
