/**
 * `npm run chaos`: one run on a real PostgreSQL whose processes are killed again and again, fifty
 * times unless told otherwise, with threads, frozen machines and the database itself in between.
 * The run has to end with the digest of an undisturbed one, every chunk stored once, and a
 * subscriber that has seen every event exactly once.
 *
 *   npm run chaos -- --kills 50 --seed 1
 *
 * With `--imports` a server is killed so often within imports instead, and as often before it is
 * ready for the first time; once on an embedded database, once on PostgreSQL.
 *
 *   npm run chaos -- --imports 12 --seed 1
 */
import { parseArgs } from "node:util";
import { Random } from "../src/core/random.ts";
import { type Blow, campaign } from "../test/support/chaos/campaign.ts";
import { importCampaign } from "../test/support/chaos/import-campaign.ts";
import { startPostgres } from "../test/support/postgres.ts";

const HELP = `npm run chaos -- [--kills 50] [--seed 1] [--windows 770] [--bars 20000] [--imports 0]

One run on a real PostgreSQL whose processes are killed so often; with --imports a server that is
killed so often within imports. Windows and bars make the run longer. Fails where a chunk is lost or
counted twice, an event is missed, or the digest is another.`;

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
    windows: { type: "string", default: "770" },
    bars: { type: "string", default: "20000" },
    imports: { type: "string", default: "0" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
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
  if (Number(values.imports) > 0) await imports(Number(values.imports));
  else await run();
} finally {
  await postgres.stop();
}

async function imports(times: number): Promise<void> {
  for (const [where, location] of [
    ["an embedded database", {}],
    ["PostgreSQL", { url: postgres.url }],
  ] as const) {
    const { states, datasets, complaints } = await importCampaign({
      ...{ firstKills: times, kills: times, seed, bars: Number(values.bars), ...location },
      log: (line) => console.log(line),
    });
    console.log(`${where}: ${states.join(", ") || "no imports"}; ${datasets} datasets listed`);
    for (const complaint of complaints) console.error(`WRONG: ${complaint}`);
    if (complaints.length > 0) process.exitCode = 1;
  }
}

async function run(): Promise<void> {
  const report = await campaign({
    blows: blowsOf(kills, new Random(seed)),
    ...{ seed, windows, postgres },
    bars: Number(values.bars),
    chunkVariants: Math.ceil(windows ** 2 / (8 * kills)),
    chunkDelayMs: 700,
    log: (line) => console.log(line),
  });
  const { run: ended, seen, connections, chunks, elapsedMs, complaints } = report;
  console.log(
    `${ended.state} in ${(elapsedMs / 1000).toFixed(1)} s after ${kills} kill -9: ` +
      `${chunks.count} chunks, ${chunks.again} begun again, ${chunks.most} attempts at most; ` +
      `${seen.length} events over ${connections} connections; digest ${ended.digest}`,
  );
  for (const complaint of complaints) console.error(`WRONG: ${complaint}`);
  console.log(complaints.length === 0 ? "as if undisturbed" : "NOT as if undisturbed");
  process.exitCode = complaints.length === 0 ? 0 : 1;
}
