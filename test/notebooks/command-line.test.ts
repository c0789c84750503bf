import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { writeNotebook } from "./write-notebook.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const failing = "test/notebooks/fixtures/failing.ipynb";

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, ["scripts/run-notebooks.ts", ...args], { cwd: root });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function run(...args: string[]) {
  const child = start(...args);
  let text = "";
  for (const stream of [child.stdout!, child.stderr!])
    stream.on("data", (piece) => (text += piece));
  const [code] = await once(child, "close");
  return { code, text };
}

interface Waiting {
  readonly runner: ChildProcess;
  readonly kernel: { readonly pid: number; readonly folder: string };
}

/** A notebook that says in a file beside it where it runs, and then waits for ever. */
async function startWaiting(): Promise<Waiting> {
  const file = await writeNotebook(
    'import { renameSync, writeFileSync } from "fs"; import { tmpdir } from "os";',
    'writeFileSync("draft", JSON.stringify({ pid: process.pid, folder: tmpdir() }));',
    'renameSync("draft", "kernel.json");',
    "const never = await new Promise(() => setInterval(() => {}, 1_000));",
  );
  const runner = start(file);
  const written = join(dirname(file), "kernel.json");
  await vi.waitUntil(() => existsSync(written), { timeout: 240_000, interval: 50 });
  return { runner, kernel: JSON.parse(await readFile(written, "utf8")) };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("npm run notebooks", () => {
  it("names notebook, cell and error of a failure, leaves it as it was, exits with 1", async () => {
    const before = await readFile(join(root, failing), "utf8");
    const { code, text } = await run(failing);
    expect(code).toBe(1);
    expect(await readFile(join(root, failing), "utf8")).toBe(before);
    expect(text).not.toContain("node_modules/tslab");
    expect(text).not.toContain("cell 3 of 3");
    expect(text).toContain(`${failing}  cell 1 of 3 (sound)  `);
    expect(text).toContain(`${failing}  cell 2 of 3 (thrower) failed:\n`);
    expect(text).toContain("RangeError: digest abd, expected abc");
    expect(text).toMatch(/0 passed, 1 failed in \d+\.\d s/);
  });

  it("refuses wrong arguments with 2 and says what there is", async () => {
    const answers = await Promise.all([
      run("no-such-notebook"),
      run("--timeout", "soon"),
      run("--no-such-option"),
      run("--help"),
    ]);
    expect(answers.map(({ code }) => code)).toEqual([2, 2, 2, 0]);
    expect(answers[0].text).toContain("notebooks/01-determinism.ipynb");
    expect(answers[1].text).toContain("expected a number above 0");
    expect(answers[3].text).toContain("--check");
  });

  it("takes the kernel along when it is interrupted", async () => {
    const { runner, kernel } = await startWaiting();
    runner.kill("SIGINT");
    expect(await once(runner, "close")).toEqual([130, null]);
    expect(isAlive(kernel.pid)).toBe(false);
    expect(existsSync(kernel.folder)).toBe(false);
  });

  it("leaves no kernel behind when it is killed", async () => {
    const { runner, kernel } = await startWaiting();
    expect(isAlive(kernel.pid)).toBe(true);
    runner.kill("SIGKILL");
    await vi.waitUntil(() => !isAlive(kernel.pid), { timeout: 240_000, interval: 50 });
    expect(existsSync(kernel.folder)).toBe(false);
  });
});
