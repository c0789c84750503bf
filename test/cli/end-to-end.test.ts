import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { POSTGRES } from "../support/databases.ts";
import { commandHere } from "./command-here.ts";
import {
  type Ended,
  SweeplineProcess,
  sweepline,
  temporaryFolder,
  unreadSweepline,
} from "./sweepline-process.ts";

type Environment = Readonly<Record<string, string>>;

/** As a process of its own, once a command, or here, which takes a fraction of the time. */
type Way = (args: readonly string[], environment: Environment) => Promise<Ended>;

async function json(by: Way, environment: Environment, ...args: string[]) {
  const ended = await by([...args, "--json"], environment);
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[[{]/) });
  return JSON.parse(ended.stdout);
}

describe("the command line on the embedded database", () => {
  const data = temporaryFolder();
  const embedded: Environment = { SWEEPLINE_DATA_DIR: data.path, SWEEPLINE_PORT: "0" };
  const started = (...args: string[]) => json(sweepline, embedded, ...args);
  const here = (...args: string[]) => json(commandHere, embedded, ...args);
  let digest = "";
  let reported: { trades: object[] };

  afterAll(() => data.remove());

  it("imports and runs, with one digest for any workers and chunk size", async () => {
    const imported = await here("import", "--sample", "sp500");
    expect(imported).toMatchObject({ created: true, dataset: { name: "sp500", timeframe: "1d" } });
    const first = await started("run", "sp500-sma-cross", "--profile");
    const { wallMs, idleMs, phases } = first.run.profile;
    const spent = Object.values<number>(phases).reduce((sum, ms) => sum + ms, 0);
    expect(spent).toBeGreaterThan(0);
    expect(spent + idleMs).toBeCloseTo(wallMs, 3);
    expect(first.run).toMatchObject({ state: "SUCCEEDED", dataset: "sp500" });
    expect(first.run.estimate).toMatchObject({ stageAVariants: 5_785, stageBVariants: 144_000 });
    expect(first.rows.length).toBe(10);
    const chunks = ["--workers", "1", "--chunk-variants", "9973"];
    const other = await here("run", "sp500-sma-cross", ...chunks);
    expect(other.run.id).not.toBe(first.run.id);
    expect(other.run.digest).toBe(first.run.digest);
    expect(other.rows).toEqual(first.rows);
    digest = first.run.digest;

    reported = await here("report", first.run.id, "--rank", "2", "--trades", "150");
    const { variantIndex: _index, variantKey: _key, ...row } = first.rows[1];
    expect(reported).toMatchObject(row);
    expect(reported.trades.length).toBe(Math.min(150, row.metrics.numTrades));
    const text = await commandHere(["report", first.run.id, "--trades", "2"], embedded);
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).toMatch(/^rank +1\nfast\.window +\d+\n.*\nkey +[0-9a-f]{64}\n/s);
    expect(text.stdout).toMatch(/\nUlcer Index \[%\] +\d+\.\d+\n/);
    expect(text.stdout).toMatch(/\n2 of \d+ trades; --trades \d+ for all\n$/);
    const exported = await sweepline(["export", first.run.id, "--what", "best"], embedded);
    expect(exported).toMatchObject({ code: 0, stderr: expect.stringMatching(/KiB to standard/) });
    const lines = exported.stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^rank,variantIndex,variantKey,fast.window,slow.window,stopLossPct/);
    expect(lines.length).toBe(1 + 300);
    expect(lines[1].split(",")[2]).toBe(first.rows[0].variantKey);
    const missing = await commandHere(["report", first.run.id, "--rank", "301"], embedded);
    expect(missing).toMatchObject({ code: 2, stdout: "" });
    expect(missing.stderr).toContain("rank: there is no row of it");
  });

  it("checks a strategy before it is swept", async () => {
    const checked = await here("check", "sp500-pullback-expressions", "--seed", "0");
    expect(checked.lookahead).toMatchObject({ passed: true, seed: 0, findings: [] });
    expect(checked.warmup).toMatchObject({ passed: true, warmupBars: 200 });
    const text = await commandHere(["check", "sp500-rsi-band"], embedded);
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).toMatch(/^look-ahead +none found\ncompared +[\d,]+ signals of 6 variants/);
    expect(text.stdout).toMatch(/\nwarm-up +200 bars: SHORT: it takes \d+ to forget/);
  });

  it("demo gives the digest of the same preset run in process, serves on, and drains", async () => {
    await using demo = new SweeplineProcess(["demo", "--data-dir", data.path], embedded);
    const [, url] = await demo.says(/GraphiQL {2}(\S+)\n\nServing/);
    expect(demo.stdout).toMatch(/Stage A +[\d,]+\/[\d,]+ \(100 %\).*ETA.*best: return % \+/);
    expect(demo.stdout).toMatch(/Stage B +/);
    expect(demo.stdout.match(/^ *\d+ +\d+ +\d+ .*\d$/gm)?.length).toBe(10);
    expect(demo.stdout).toContain(`digest    ${digest}\n`);

    // The database belongs to the demo's process now: the others go through its server.
    const runs = await started("runs", "--server", url);
    expect(runs.length).toBe(3);
    expect(runs[0]).toMatchObject({ state: "SUCCEEDED", digest, dataset: "sp500" });
    const top = await here("top", runs[0].id, "--server", url, "--limit", "150");
    expect(top.map((row: { rank: number }) => row.rank)).toEqual(
      [...Array(150).keys()].map((i) => i + 1),
    );
    const args = ["report", runs[2].id, "--rank", "2", "--trades", "150"];
    expect(await started(...args, "--server", url)).toEqual(reported);
    const again = await commandHere(["cancel", runs[0].id, "--server", url], embedded);
    expect(again).toMatchObject({ code: 0, stdout: `${runs[0].id} is SUCCEEDED\n` });
    const retried = await commandHere(["retry", runs[0].id, "--server", url], embedded);
    expect(retried.code).toBe(2);
    expect(retried.stderr).toMatch(/CONFLICT .*a run that is SUCCEEDED cannot be retried/);
    const deleted = await commandHere(["delete", runs[2].id, "--server", url], embedded);
    expect(deleted).toMatchObject({ code: 0, stdout: `${runs[2].id} is deleted\n` });
    const locked = await commandHere(["runs"], { ...embedded, SWEEPLINE_PORT: "1" });
    expect(locked.code).toBe(1);
    expect(locked.stderr).toMatch(/in use by process \d+.* no server answers at .*--server/s);

    demo.signal("SIGINT");
    expect(await demo.code).toBe(0);
    expect(demo.stdout).toContain("Draining");
    expect(demo.stderr).toBe("");
  });
});

const LONG_RUN = `
dataset: long
strategy:
  indicators:
    fast: { id: ma.sma, params: { window: { start: 2, stop: 200, step: 1 } } }
    slow: { id: ma.sma, params: { window: { start: 10, stop: 400, step: 1 } } }
  signals: [{ rule: cross, of: fast, against: slow }]
schedule: { chunkVariants: 50 }
`;

describe("the command line on PostgreSQL", () => {
  const folder = temporaryFolder();
  let database: Awaited<ReturnType<typeof POSTGRES.create>>;
  let onServer: Environment;
  const here = (...args: string[]) => json(commandHere, onServer, ...args);

  beforeAll(async () => {
    database = await POSTGRES.create();
    onServer = { DATABASE_URL: database.location.url!, SWEEPLINE_DATA_DIR: folder.path };
  });

  afterAll(async () => {
    await database.drop();
    folder.remove();
  });

  it("Ctrl-C cancels a run, prints the best so far and ends with 130", async () => {
    const preset = join(folder.path, "long.yaml");
    writeFileSync(preset, LONG_RUN);
    await here("import", "--synthetic", "--bars", "200000", "--name", "long");
    await using run = new SweeplineProcess(["run", preset, "--json"], onServer);
    // What is under way counts in part, and leaves nothing without a best.
    await run.says(/Stage A +[1-9].* best: [a-z]/);
    run.signal("SIGINT");
    expect(await run.code).toBe(130);
    const { run: cancelled, rows } = JSON.parse(run.stdout);
    expect(cancelled).toMatchObject({ state: "CANCELLED", digest: null, dataset: "long" });
    expect(rows.length).toBe(10);

    const [listed] = await here("runs");
    expect(listed).toMatchObject({ id: cancelled.id, state: "CANCELLED" });
    expect(await here("top", `Run_${cancelled.id}`)).toEqual(rows);
    // Whoever has read enough of it is no failure.
    const unread = await unreadSweepline(["export", cancelled.id, "--what", "best"], onServer);
    expect(unread).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});
