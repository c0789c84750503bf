/**
 * Writes the results of the golden sweeps into test/golden/sweeps/*.json, each of which states its
 * own market and request:
 *
 *   node scripts/golden/sweeps.ts
 *
 * To be run when results change on purpose, which needs a line in docs/decisions; the difference
 * then shows in the commit.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp, loadConfig } from "../../src/index.ts";
import { runGoldenSweep } from "../../test/support/golden-service.ts";
import { differences, GOLDEN_SWEEPS, readGoldenSweeps } from "../../test/support/golden-sweeps.ts";

const dataDir = mkdtempSync(join(tmpdir(), "golden-sweeps-"));
const flags = { dataDir, databaseUrl: null, workers: 2, log: { level: "warn" } };
const app = await createApp(loadConfig({ flags }));
try {
  for (const { name, ...sweep } of readGoldenSweeps()) {
    const { result } = await runGoldenSweep(app, { name, ...sweep });
    const changed = differences(result, sweep.result).length;
    const text = `${JSON.stringify({ ...sweep, result }, null, 1)}\n`;
    writeFileSync(new URL(`${name}.json`, GOLDEN_SWEEPS), text);
    console.log(`${name}: ${result.rows.length} rows, ${changed} changes`);
  }
} finally {
  await app.close();
  rmSync(dataDir, { recursive: true });
}
