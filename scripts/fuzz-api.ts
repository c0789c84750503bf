import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createApp, loadConfig } from "../src/index.ts";
import { runCampaign } from "../test/fuzz/campaign.ts";
import { fuzzThings } from "../test/fuzz/fuzz-things.ts";

/**
 * Random documents and variables against a real service on this machine. Exits 1 on an answer that
 * no client's mistake explains, on a crash, and on a slow query; every finding comes with the
 * command that sends it again.
 */
const HELP = `npm run fuzz:api -- [--documents 20000] [--seed N] [--from 0] [--parallel 4]
                    [--slow-ms 5000]

Random documents and variables against a real service on this machine. Exits 1 on an answer that no
client's mistake explains, on a crash, and on a slow query; every finding comes with the command
that sends it again.`;

const { values } = parseArgs({
  options: {
    documents: { type: "string", default: "20000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    from: { type: "string", default: "0" },
    parallel: { type: "string", default: "4" },
    "slow-ms": { type: "string", default: "5000" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const [documents, seed, from, parallel, slowMs] = [
  values.documents,
  values.seed,
  values.from,
  values.parallel,
  values["slow-ms"],
].map(Number) as [number, number, number, number, number];

const replay = (no: number) =>
  `npm run fuzz:api -- --seed ${seed} --from ${no} --documents 1 --parallel 1`;
const dataDir = mkdtempSync(join(tmpdir(), "sweepline-fuzz-"));
const config = loadConfig({ flags: { dataDir, databaseUrl: null, log: { level: "silent" } } });
const app = await createApp({ ...config, databaseUrl: null });
try {
  const { url } = await app.serve({ port: 0 });
  console.log(`seed ${seed}, documents ${from} to ${from + documents - 1}`);
  const asked = await fuzzThings(app);
  const started = performance.now();
  const outcome = await runCampaign({ url, seed, from, documents, parallel, ...asked });
  const seconds = (performance.now() - started) / 1_000;
  console.log(outcome.counts);
  console.log(`${documents} documents in ${seconds.toFixed(1)} s, slowest:`, outcome.slowest);
  for (const { no, what, request } of outcome.findings.slice(0, 20)) {
    console.log(`\n${what}\n${request.query}\n${JSON.stringify(request.variables)}\n${replay(no)}`);
  }
  const slow = outcome.slowest.filter(({ ms }) => ms > slowMs);
  for (const { no, ms } of slow) console.log(`\nslow: ${ms.toFixed(0)} ms\n${replay(no)}`);
  console.log(`\n${outcome.findings.length} findings, ${slow.length} slow`);
  if (outcome.findings.length + slow.length > 0) process.exitCode = 1;
} finally {
  await app.close();
  rmSync(dataDir, { recursive: true, force: true });
}
