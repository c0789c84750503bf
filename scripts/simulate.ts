/**
 * `npm run simulate`: the real runner and store under a virtual clock, with processes that are
 * killed and hang, calls that fail or lose their answer, jobs and notifications that get lost, come
 * twice and in any order, threads that die, and a user who meddles. Everything follows from the
 * seed; a run that goes wrong prints the command that replays it.
 *
 *   npm run simulate -- --seed 1 --runs 500
 *   npm run simulate -- --seed 1234 --runs 1 --trace
 */
import { parseArgs } from "node:util";
import { simulateRun } from "../test/support/simulation/simulate-run.ts";
import { SimulatedDatabase } from "../test/support/simulation/world.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "100" },
    trace: { type: "boolean", default: false },
  },
});
const first = Number(values.seed);
const runs = Number(values.runs);

await using database = await SimulatedDatabase.open();
const startedMs = performance.now();
let [wrong, kills, retries, virtualMs] = [0, 0, 0, 0];
for (let seed = first; seed < first + runs; seed++) {
  const trace = values.trace ? (line: string) => console.log(line) : () => {};
  const run = await simulateRun(database, seed, trace);
  kills += run.kills;
  retries += run.retries;
  virtualMs += run.virtualMs;
  if (run.complaints.length === 0) continue;
  wrong++;
  for (const complaint of run.complaints) console.error(`seed ${seed}: ${complaint}`);
  console.error(`replay: npm run simulate -- --seed ${seed} --runs 1 --trace`);
}
const tookMs = performance.now() - startedMs;
console.log(
  `${runs} runs, ${kills} kills, ${retries} retries, ${(virtualMs / 3_600_000).toFixed(1)} hours ` +
    `of virtual time in ${(tookMs / 1000).toFixed(1)} s (${Math.round((runs * 60_000) / tookMs)} ` +
    `runs a minute): ${wrong} wrong`,
);
process.exitCode = wrong === 0 ? 0 : 1;
