/**
 * `npm test`: lint, types and tests. Lint and types count as tests of their own; everything runs
 * even when an earlier step fails, and the closing line is always the last one.
 * Arguments go to vitest and run only that: `npm test -- test/core`.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addCounts, closingLine, NO_TESTS, type TestCounts } from "../test/support/test-counts.ts";

const root = join(import.meta.dirname, "..");
const vitestArguments = process.argv.slice(2);

let counts: TestCounts = NO_TESTS;
if (vitestArguments.length === 0) {
  counts = addCounts(counts, await step("lint", "node_modules/@biomejs/biome/bin/biome", "check"));
  counts = addCounts(counts, await step("types", "node_modules/typescript/bin/tsc", "--noEmit"));
}
counts = addCounts(counts, await vitest(vitestArguments));
console.log(closingLine(counts));
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;

/** One script run by this Node; passed or failed by its exit code. */
async function step(title: string, script: string, ...args: string[]): Promise<TestCounts> {
  console.log(`\n== ${title}`);
  const ok = (await node([script, ...args])) === 0;
  console.log(`${title}: ${ok ? "ok" : "FAILED"}`);
  return ok ? { ...NO_TESTS, passed: 1 } : { ...NO_TESTS, failed: 1 };
}

async function vitest(args: readonly string[]): Promise<TestCounts> {
  console.log("\n== tests");
  const folder = mkdtempSync(join(tmpdir(), "sweepline-test-"));
  try {
    const file = join(folder, "counts.json");
    const code = await node(["node_modules/vitest/vitest.mjs", "run", ...args], {
      TEST_COUNTS_FILE: file,
    });
    if (!existsSync(file)) {
      console.log(`tests: vitest ended with code ${code} before it could report`);
      return { ...NO_TESTS, failed: 1 };
    }
    const found = JSON.parse(readFileSync(file, "utf8")) as TestCounts;
    // A run that vitest itself calls failed is never reported as clean.
    return code !== 0 && found.failed === 0 ? { ...found, failed: 1 } : found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function node(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...environment },
    });
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}
