import { existsSync } from "node:fs";
import { copyFile, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { parseNotebook } from "../../scripts/notebooks/nbformat.ts";
import { CellFailure, runNotebook } from "../../scripts/notebooks/run-notebook.ts";
import { writeNotebook } from "./write-notebook.ts";

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const save = { timeoutMs: 20_000, check: false };
const check = { timeoutMs: 20_000, check: true };

async function failure(run: Promise<void>): Promise<CellFailure> {
  const error = await run.then(
    () => null,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(CellFailure);
  return error;
}

/** Each kernel takes seconds of a core to begin. */
describe("a notebook in the real kernel", { timeout: 60_000 }, () => {
  it("imports the project by name and gives the saved outputs again", async () => {
    await runNotebook(fixture("passing.ipynb"), check);
  });

  it("is saved with its outputs, the same bytes each time", async () => {
    const file = await writeNotebook(
      'const a = [1, 2]; console.log("x"); a',
      'import { display } from "tslab"; display.html("<b>b</b>")',
    );
    await runNotebook(file, save);
    const first = await readFile(file, "utf8");
    const [values, shown] = parseNotebook(first).cells;
    expect(values.execution_count).toBe(1);
    expect(values.outputs).toEqual([
      { output_type: "stream", name: "stdout", text: "x\n[ 1, 2 ]\n" },
    ]);
    const data = { "text/html": "<b>b</b>" };
    expect(shown.outputs).toEqual([{ output_type: "display_data", data, metadata: {} }]);
    await runNotebook(file, save);
    expect(await readFile(file, "utf8")).toBe(first);
  });

  it("fails the check where a saved output is another", async () => {
    const file = await writeNotebook("1 + 1", "2 + 2");
    const { cell, message } = await failure(runNotebook(file, check));
    expect(cell).toEqual({ number: 1, of: 2, id: "cell-1" });
    expect(message).toContain("saved outputs");
  });

  it("keeps the outputs of a cell without the path that it needs, and says so", async () => {
    const saved = { output_type: "stream", name: "stdout", text: "42 compared\n" } as const;
    const outside = (needs: string) => ({
      source: 'console.log("3 comparisons are missing")',
      metadata: { needs },
      outputs: [saved],
    });
    const file = await writeNotebook(outside("absent/golden"), "1 + 1", outside("."));
    const missing: string[] = [];
    const onMissing = ({ id }: { id: string }, text: string) => missing.push(`${id}: ${text}`);
    await runNotebook(file, { ...save, onMissing });
    expect(missing).toEqual(["cell-1: 3 comparisons are missing"]);
    const outputs = parseNotebook(await readFile(file, "utf8")).cells.map((cell) => cell.outputs);
    const printed = (text: string) => [{ output_type: "stream", name: "stdout", text }];
    const present = printed("3 comparisons are missing\n");
    expect(outputs).toEqual([[saved], printed("2\n"), present]);
    await runNotebook(file, check);
  });

  it("compares what was measured in kind only, and saves it", async () => {
    const measured = { source: "Math.random()", metadata: { measured: true } };
    const file = await writeNotebook(measured);
    expect((await failure(runNotebook(file, check))).message).toContain("saved outputs");
    await runNotebook(file, save);
    await runNotebook(file, check);
    const file2 = await writeNotebook({ ...measured, source: "throw new Error('grows')" });
    expect((await failure(runNotebook(file2, check))).message).toContain("grows");
  });

  it("fails in a cell without the path that it needs as in any other", async () => {
    const source = 'throw new Error("not even without it")';
    const file = await writeNotebook({ source, metadata: { needs: "absent" } });
    expect((await failure(runNotebook(file, check))).message).toContain("not even without it");
  });

  it("stops at the cell that throws and stays as it was", async () => {
    const before = await readFile(fixture("failing.ipynb"), "utf8");
    const file = await writeNotebook("");
    await copyFile(fixture("failing.ipynb"), file);
    const passed: string[] = [];
    const onCell = ({ id }: { id: string }) => passed.push(id);
    const { cell, message } = await failure(runNotebook(file, { ...save, onCell }));
    expect(cell).toEqual({ number: 2, of: 3, id: "thrower" });
    expect(message).toContain("RangeError: digest abd, expected abc");
    expect(message).not.toContain("node_modules/tslab");
    expect(passed).toEqual(["sound"]);
    expect(await readFile(file, "utf8")).toBe(before);
  });

  it("fails on an error of types", async () => {
    const file = await writeNotebook('const digest: string = "a";', "const n: number = digest;");
    const { cell, message } = await failure(runNotebook(file, save));
    expect(cell.number).toBe(2);
    expect(message).toContain("Type 'string' is not assignable to type 'number'");
  });

  it("fails on an unhandled rejection, which the kernel lets pass", async () => {
    const file = await writeNotebook(
      'setTimeout(() => Promise.reject(new Error("nobody waits for this")), 20);',
      "const pause = await new Promise((resolve) => setTimeout(resolve, 100));",
    );
    const { message } = await failure(runNotebook(file, save));
    expect(message).toContain("UnhandledPromiseRejection: Error: nobody waits for this");
  });

  it("fails when the kernel dies, with its exit code", async () => {
    const file = await writeNotebook("1", "process.exit(3)");
    const { cell, message } = await failure(runNotebook(file, save));
    expect(cell.number).toBe(2);
    expect(message).toContain("the kernel ended (exit code 3)");
  });

  it("fails a cell that loops for ever at its time-out", async () => {
    const file = await writeNotebook("while (true);");
    const startedMs = performance.now();
    const { message } = await failure(runNotebook(file, { ...save, timeoutMs: 500 }));
    expect(message).toBe("not finished after 0.5 s");
    expect(performance.now() - startedMs).toBeLessThan(15_000);
  });

  it("runs in UTC, without the settings of the caller, and leaves nothing behind", async () => {
    vi.stubEnv("DATABASE_URL", "postgres://caller");
    vi.stubEnv("SWEEPLINE_WORKERS", "7");
    onTestFinished(() => void vi.unstubAllEnvs());
    const file = await writeNotebook(
      'import { tmpdir } from "os"; import { writeFileSync } from "fs";',
      'writeFileSync(tmpdir() + "/left", ""); writeFileSync("folder", tmpdir());',
      "[process.env.DATABASE_URL, process.env.SWEEPLINE_WORKERS, new Date(0).getHours()]",
    );
    await runNotebook(file, save);
    const outputs = parseNotebook(await readFile(file, "utf8")).cells[2].outputs;
    const text = "[ undefined, undefined, 0 ]\n";
    expect(outputs).toEqual([{ output_type: "stream", name: "stdout", text }]);
    expect(existsSync(await readFile(join(dirname(file), "folder"), "utf8"))).toBe(false);
  });

  it("gets every line of a cell that prints much at once", async () => {
    const file = await writeNotebook("for (let i = 0; i < 20_000; i++) console.log(i);");
    await runNotebook(file, save);
    const expected = Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join("");
    expect(parseNotebook(await readFile(file, "utf8")).cells[0].outputs).toEqual([
      { output_type: "stream", name: "stdout", text: expected },
    ]);
  });
});
