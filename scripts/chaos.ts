/**
 * `npm run chaos`: one run on a real PostgreSQL whose processes are killed again and again, fifty
 * times unless told otherwise, with threads, frozen machines and the database itself in between.
 * The run has to end with the digest of an undisturbed one, every chunk stored once, and a
 * subscriber that has seen every event exactly once.
 *
 *   npm run chaos -- --kills 50 --seed 1
 */
import { parseArgs } from "node:util";
import { Random } from "../src/core/random.ts";
import { type Blow, campaign } from "../test/support/chaos/campaign.ts";
import { startPostgres } from "../test/support/postgres.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
    windows: { type: "string", default: "600" },
    bars: { type: "string", default: "20000" },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
const windows = Number(values.windows);

/** Kill -9 of processes as asked for, and one other blow after every fifth. */
function blowsOf(count: number, random: Random): Blow[] {
  const others: Blow[] = ["thread", "postgres kill", "freeze", "postgres stop"];
  const blows: Blow[] = [];
  for (let i = 0; i < count; i++) {
    blows.push(random.uniform() < 1 / 3 ? "server" : "worker");
    if (i % 5 === 4) blows.push(others[((i - 4) / 5) % others.length]);
  }
  return blows;
}

const postgres = await startPostgres();
try {
  const report = await campaign({
    blows: blowsOf(kills, new Random(seed)),
    ...{ seed, windows, postgres },
    bars: Number(values.bars),
    chunkVariants: Math.ceil(windows ** 2 / (8 * kills)),
    chunkDelayMs: 700,
    log: (line) => console.log(line),
  });
  const { run, seen, connections, chunks, elapsedMs, complaints } = report;
  console.log(
    `${run.state} in ${(elapsedMs / 1000).toFixed(1)} s after ${kills} kill -9: ` +
      `${chunks.count} chunks, ${chunks.again} begun again, ${chunks.most} attempts at most; ` +
      `${seen.length} events over ${connections} connections; digest ${run.digest}`,
  );
  for (const complaint of complaints) console.error(`WRONG: ${complaint}`);
  console.log(complaints.length === 0 ? "as if undisturbed" : "NOT as if undisturbed");
  process.exitCode = complaints.length === 0 ? 0 : 1;
} finally {
  await postgres.stop();
}
