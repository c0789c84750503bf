import { afterAll, beforeAll, expect, it } from "vitest";
import { simulateRun } from "../support/simulation/simulate-run.ts";
import { SimulatedDatabase } from "../support/simulation/world.ts";

/** A slice of what `npm run simulate` does for as long as one likes. */
const SEEDS = [9, 100, 103, 107];
const LONG_MS = 60_000;

let database: SimulatedDatabase;
beforeAll(async () => {
  database = await SimulatedDatabase.open();
}, LONG_MS);
afterAll(() => database[Symbol.asyncDispose]());

it(
  "runs among kills, outages and lost messages end as if undisturbed",
  async () => {
    let kills = 0;
    for (const seed of SEEDS) {
      const run = await simulateRun(database, seed);
      const replay = `npm run simulate -- --seed ${seed} --runs 1 --trace`;
      expect(run.complaints, replay).toEqual([]);
      kills += run.kills;
    }
    expect(kills).toBeGreaterThan(0);
  },
  LONG_MS,
);

it(
  "a seed gives the same run again, step by step",
  async () => {
    const traces = [[], []] as [string[], string[]];
    for (const trace of traces) await simulateRun(database, 101, (line) => trace.push(line));
    expect(traces[0].length).toBeGreaterThan(20);
    expect(traces[1]).toEqual(traces[0]);
  },
  LONG_MS,
);
