import { afterAll, beforeAll, expect, it } from "vitest";
import { PLANTED_BUGS } from "../support/simulation/planted-bugs.ts";
import { simulateRun } from "../support/simulation/simulate-run.ts";
import { addTally, emptyTally, TROUBLE_KINDS } from "../support/simulation/tally.ts";
import { SimulatedDatabase } from "../support/simulation/world.ts";

/** A slice of what `npm run simulate` does for as long as one likes. */
const SEEDS = [3, 6, 9];
/** Bugs of which each is found within the first few seeds. */
const BUGS = ["a lease is over at once", "a stored chunk is counted twice", "an event is lost"];
let database: SimulatedDatabase;
beforeAll(async () => {
  database = await SimulatedDatabase.open();
});
afterAll(() => database[Symbol.asyncDispose]());

it("runs among kills, outages and lost messages end as if undisturbed", async () => {
  const tally = emptyTally();
  for (const seed of SEEDS) {
    const run = await simulateRun(database, seed);
    const replay = `npm run simulate -- --seed ${seed} --runs 1 --trace`;
    expect(run.complaints, replay).toEqual([]);
    addTally(tally, run.troubles);
  }
  expect(TROUBLE_KINDS.filter((kind) => tally[kind] === 0)).toEqual([]);
});

it("a seed gives the same run again, step by step", async () => {
  const traces = [[], []] as [string[], string[]];
  for (const trace of traces) {
    await simulateRun(database, 101, (line) => trace.push(line));
    // What another run has left behind does not change it.
    await simulateRun(database, 102);
  }
  expect(traces[0].length).toBeGreaterThan(20);
  expect(traces[1]).toEqual(traces[0]);
});

it.each(BUGS)("finds that %s", async (title) => {
  const bug = PLANTED_BUGS.find((planted) => planted.title === title)!;
  const uproot = await database.plant(bug);
  try {
    const { complaints } = await simulateRun(database, SEEDS[0]);
    expect(complaints).not.toEqual([]);
  } finally {
    await uproot();
  }
});
