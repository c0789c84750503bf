import { afterAll, beforeAll, expect, it } from "vitest";
import { campaign } from "../support/chaos/campaign.ts";
import { type OwnPostgres, startPostgres } from "../support/postgres.ts";

let postgres: OwnPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

it("a run outlives kill -9 of server, worker, thread and database", async () => {
  const fallen = (chunkDelayMs: number) =>
    campaign({
      blows: ["worker", "thread", "server", "postgres kill"],
      ...{ seed: 3, windows: 60, bars: 2_000, chunkVariants: 30, chunkDelayMs, postgres },
    });
  // On a busy machine the run may be over before the last blow: then it takes twice the time.
  const report = await fallen(250).catch((error: Error) => {
    if (!/the run ended as SUCCEEDED after/.test(error.message)) throw error;
    return fallen(500);
  });
  expect(report.complaints).toEqual([]);
  expect(report.run).toMatchObject({ state: "SUCCEEDED", digest: report.digest });
  // The subscriber has lost its server and come back, and missed nothing.
  expect(report.connections).toBeGreaterThan(1);
  expect(report.seen.map((event) => event.seq)).toEqual(report.seen.map((_, i) => i + 1));
  expect(report.chunks.again).toBeGreaterThan(0);
});
