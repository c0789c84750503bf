/**
 * `npm run simulate`: the real runner and store under a virtual clock, with processes that are
 * killed and hang, calls that fail or lose their answer, jobs and notifications that get lost, come
 * twice and in any order, threads that die, and a user who meddles. Everything follows from the
 * seed; a run that goes wrong prints the command that replays it.
 *
 *   npm run simulate -- --seed 1 --runs 500
 *   npm run simulate -- --seed 1234 --runs 1 --trace
 *   npm run simulate -- --bugs --runs 60
 *
 * With `--bugs` the database is made to misbehave, in one way after another, and each has to be
 * found: a campaign that finds nothing shows nothing.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { PLANTED_BUGS } from "../test/support/simulation/planted-bugs.ts";
import { type SimulatedRun, simulateRun } from "../test/support/simulation/simulate-run.ts";
import { addTally, emptyTally } from "../test/support/simulation/tally.ts";
import { SimulatedDatabase } from "../test/support/simulation/world.ts";

const HELP = `npm run simulate -- [--seed 1] [--runs 100] [--threads N] [--trace] [--bugs]

Runs of the real runner and store under a virtual clock, with faults that follow from the seed: so
many from the seed on. --trace tells what happens, --bugs plants faults that have to be found.`;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "100" },
    threads: { type: "string", default: String(availableParallelism()) },
    trace: { type: "boolean", default: false },
    bugs: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const first = Number(values.seed);
const runs = Number(values.runs);
const threads = values.trace || values.bugs ? 1 : Math.min(Number(values.threads), runs);

if (!isMainThread) await share(workerData as number);
else if (values.bugs) await findBugs();
else await simulate();

/** Every so-manieth seed, in a thread of its own. */
async function share(offset: number): Promise<void> {
  await using database = await SimulatedDatabase.open();
  for (let seed = first + offset; seed < first + runs; seed += threads) {
    parentPort!.postMessage({ begins: seed });
    parentPort!.postMessage({ ended: await simulateRun(database, seed) });
  }
}

/** Of a thread that is at a run, and that is done with it. */
type Told = { readonly begins: number } | { readonly ended: SimulatedRun };

async function simulate(): Promise<void> {
  const startedMs = performance.now();
  const tally = emptyTally();
  let [done, wrong, retries, virtualMs] = [0, 0, 0, 0];
  const ended = (run: SimulatedRun) => {
    done++;
    addTally(tally, run.troubles);
    retries += run.retries;
    virtualMs += run.virtualMs;
    if (run.complaints.length === 0) return;
    isWrong(run.seed, run.complaints);
  };
  const isWrong = (seed: number, complaints: readonly string[]) => {
    wrong++;
    for (const complaint of complaints) console.error(`seed ${seed}: ${complaint}`);
    console.error(`replay: npm run simulate -- --seed ${seed} --runs 1 --trace`);
  };
  const offsets = Array.from({ length: threads }, (_, offset) => offset);
  if (values.trace || threads === 1) await oneByOne(ended);
  else await Promise.all(offsets.map((offset) => inThread(offset, ended, isWrong)));
  const tookMs = performance.now() - startedMs;
  console.log(
    Object.entries(tally)
      .map(([kind, n]) => `${kind} ${n}`)
      .join(", "),
  );
  const { user, system } = process.cpuUsage();
  console.log(
    `${done} runs, ${retries} retries, ${(virtualMs / 3_600_000).toFixed(1)} hours of virtual ` +
      `time in ${(tookMs / 1000).toFixed(1)} s (${Math.round((done * 60_000) / tookMs)} runs a ` +
      `minute, ${Math.round((user + system) / 1000 / done)} ms of a core each): ${wrong} wrong`,
  );
  process.exitCode = wrong === 0 && done === runs ? 0 : 1;
}

async function oneByOne(ended: (run: SimulatedRun) => void): Promise<void> {
  await using database = await SimulatedDatabase.open();
  const trace = values.trace ? (line: string) => console.log(line) : () => {};
  for (let seed = first; seed < first + runs; seed++) {
    ended(await simulateRun(database, seed, trace));
  }
}

/** A thread that dies takes the rest of its seeds along, and says which one it died of. */
function inThread(
  offset: number,
  ended: (run: SimulatedRun) => void,
  isWrong: (seed: number, complaints: readonly string[]) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const thread = new Worker(import.meta.filename, {
      argv: process.argv.slice(2),
      workerData: offset,
    });
    let seed = first + offset;
    thread
      .on("message", (told: Told) => {
        if ("begins" in told) seed = told.begins;
        else ended(told.ended);
      })
      .once("error", (error) => isWrong(seed, [`its thread died: ${(error as Error).stack}`]))
      .once("exit", () => resolve());
  });
}

async function findBugs(): Promise<void> {
  await using database = await SimulatedDatabase.open();
  let missed = 0;
  for (const bug of PLANTED_BUGS) {
    const uproot = await database.plant(bug);
    let seed = first;
    let complaints: readonly string[] = [];
    for (; seed < first + runs && complaints.length === 0; seed++) {
      ({ complaints } = await simulateRun(database, seed));
    }
    await uproot();
    if (complaints.length === 0) missed++;
    const how = complaints.length === 0 ? "NOT FOUND" : `found: ${complaints[0]}`;
    console.log(`${bug.title} (${seed - first} runs): ${how.slice(0, 160)}`);
  }
  console.log(`${PLANTED_BUGS.length - missed} of ${PLANTED_BUGS.length} bugs found`);
  process.exitCode = missed === 0 ? 0 : 1;
}
