import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

it("the migrations make what the schema says", async () => {
  const dir = mkdtempSync(join(tmpdir(), "sweepline-migrations-"));
  try {
    const out = join(dir, "drizzle");
    cpSync(join(ROOT, "drizzle"), out, { recursive: true });
    const before = readdirSync(out).sort();
    expect(before.length).toBeGreaterThan(1);
    const schema = join(ROOT, "src/store/schema.ts");
    const tool = join(ROOT, "node_modules/drizzle-kit/bin.cjs");
    const options = ["--dialect", "postgresql", "--schema", schema, "--out", out];
    const run = promisify(execFile)(process.execPath, [tool, "generate", ...options], { cwd: dir });
    const { stdout } = await run;
    // A new folder would be the migration that is missing.
    expect(readdirSync(out).sort(), stdout).toEqual(before);
    expect(stdout).toContain("No schema changes");
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
