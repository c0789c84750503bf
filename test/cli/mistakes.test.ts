import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommanderError } from "commander";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { exitCodeOf } from "../../src/cli/exit-code-of.ts";
import { createProgram } from "../../src/cli/program.ts";
import { POSTGRES } from "../support/databases.ts";
import { sweepline, temporaryFolder } from "./sweepline-process.ts";

const folder = temporaryFolder();
let database: Awaited<ReturnType<typeof POSTGRES.create>>;

beforeAll(async () => {
  database = await POSTGRES.create();
  vi.stubEnv("DATABASE_URL", database.location.url);
  vi.stubEnv("SWEEPLINE_DATA_DIR", folder.path);
  writeFileSync(join(folder.path, "broken.yaml"), "dataset: [");
  writeFileSync(join(folder.path, "unknown-key.yaml"), "dataset: x\nstrategi: {}\n");
  writeFileSync(join(folder.path, "nul.yaml"), 'dataset: x\nstrategy: {}\nlabel: "a\\0b"\n');
  writeFileSync(join(folder.path, "bad.csv"), "time,open,high,low,close\n2024-01-01,1,1,1,x\n");
});

afterEach(() => vi.restoreAllMocks());

afterAll(async () => {
  vi.unstubAllEnvs();
  folder.remove();
  await database.drop();
});

/** Runs a command in this process; what it prints on stderr and the exit code it ends with. */
async function mistake(args: readonly string[]): Promise<{ code: number; stderr: string }> {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line) > 0;
  vi.spyOn(process.stderr, "write").mockImplementation((text) => write(String(text)));
  vi.spyOn(console, "error").mockImplementation(write);
  try {
    await createProgram().parseAsync(args, { from: "user" });
  } catch (error) {
    return { code: exitCodeOf(error), stderr: lines.join("\n") };
  }
  throw new Error(`no mistake: ${args.join(" ")}`);
}

/** Arguments, exit code, and what stderr says: code, path, value and bound. */
const MISTAKES: readonly [string[], number, RegExp][] = [
  [["--nope"], 2, /unknown option '--nope'/],
  [["frobnicate"], 2, /unknown command 'frobnicate'/],
  [["run"], 2, /missing required argument 'preset'/],
  [["runs", "--limit", "0"], 2, /--limit.*whole number from 1/],
  [["run", "no-such-preset"], 2, /VALIDATION preset: .*got no-such-preset, expected .*sp500/],
  [["run", "broken.yaml"], 2, /VALIDATION preset: /],
  [["estimate", "unknown-key.yaml"], 2, /VALIDATION strategi: unknown key/],
  [["estimate", "nul.yaml"], 2, /VALIDATION label: must be text .*Unicode without NUL/],
  [["estimate", "sp500-sma-cross"], 2, /NOT_FOUND dataset: .*got sp500/],
  [["run", "sp500-sma-cross", "--workers", "1000"], 2, /VALIDATION .*workers: .*got 1000/],
  [["import"], 2, /VALIDATION file: nothing to import \(expected .*--synthetic\)/],
  [["import", "bad.csv", "--synthetic"], 2, /more than one thing to import/],
  [["import", "bad.csv"], 2, /VALIDATION row 2/],
  [["import", "none.csv"], 2, /VALIDATION path: .*got .*none.csv/],
  [["import", "--synthetic", "--bars", "5000001"], 2, /VALIDATION bars: .*expected 1 to 5000000/],
  [["import", "--synthetic", "--timeframe", "7m"], 2, /VALIDATION timeframe: .*got 7m/],
  [["serve", "--port", "70000"], 2, /VALIDATION port: .*got 70000, expected <= 65535/],
  [["serve", "--host", "0.0.0.0"], 2, /VALIDATION host: .*got 0.0.0.0, expected 127.0.0.1/],
  [["serve", "--log-level", "loud"], 2, /VALIDATION log.level: .*got loud/],
  [["token"], 2, /Usage: sweepline token/],
  [["token", "create", "--name", "x"], 2, /required option '--owner/],
  [["token", "create", "--name", "x", "--owner", "a b"], 2, /VALIDATION owner: .*got a b/],
  [
    ["token", "create", "--name", "x", "--owner", "a", "--scope", "all"],
    2,
    /choices are read, run/,
  ],
  [["token", "create", "--name", "x", "--owner", "a", "--expires", "2d ago"], 2, /A span such as/],
  [["token", "revoke", "none"], 2, /NOT_FOUND id: .*got none/],
  [["top", "no-such-run"], 2, /NOT_FOUND id: .*got no-such-run/],
  [["cancel", "no-such-run"], 2, /NOT_FOUND id: .*got no-such-run/],
  [["pause", "no-such-run"], 2, /NOT_FOUND id: .*got no-such-run/],
  [["delete", "no-such-run"], 2, /NOT_FOUND id: .*got no-such-run/],
  [["runs", "--server", "http://127.0.0.1:1"], 1, /no server answers at http:\/\/127.0.0.1:1/],
  [
    ["migrate", "--database-url", "postgres://me:secret@127.0.0.1:1/none"],
    1,
    /^error: the database at 127\.0\.0\.1:1 does not answer: .*ECONNREFUSED/,
  ],
];

describe("mistakes on the command line", () => {
  it.each(MISTAKES)("%j", async (args, code, message) => {
    const inFolder = args.map((arg) => (/\.(yaml|csv)$/.test(arg) ? join(folder.path, arg) : arg));
    const ended = await mistake(inFolder);
    expect(ended.stderr).toMatch(message);
    expect(ended.code).toBe(code);
  });

  it("a worker on the embedded database is told why that cannot be", async () => {
    vi.stubEnv("DATABASE_URL", undefined);
    const { code, stderr } = await mistake(["worker"]);
    vi.stubEnv("DATABASE_URL", database.location.url);
    expect(code).toBe(2);
    expect(stderr).toMatch(/VALIDATION databaseUrl: .*belongs to one process.*a postgres:\/\/ URL/);
  });

  it("help that was asked for is no mistake", () => {
    expect(exitCodeOf(new CommanderError(0, "commander.helpDisplayed", ""))).toBe(0);
  });

  it("the process ends with the code and prints on stderr alone", async () => {
    const variable = await sweepline(["runs"], { SWEEPLINE_PROT: "1" });
    expect(variable).toMatchObject({ code: 2, stdout: "" });
    expect(variable.stderr).toMatch(/^error VALIDATION SWEEPLINE_PROT: unknown variable \(got 1,/);
  });
});
