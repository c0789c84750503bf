import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { parseNotebook } from "../../scripts/notebooks/nbformat.ts";
import { CellFailure, runNotebook } from "../../scripts/notebooks/run-notebook.ts";
import { SHORT_LIVED } from "../support/short-lived.ts";
import { writeNotebook } from "./write-notebook.ts";

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const save = { timeoutMs: 240_000, check: false };
const check = { timeoutMs: 240_000, check: true };

async function failure(run: Promise<void>): Promise<CellFailure> {
  const error = await run.then(
    () => null,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(CellFailure);
  return error;
}

const cellsOf = (text: string) => parseNotebook(text).cells;
const printed = (text: string) => [{ output_type: "stream", name: "stdout", text }];

/** Each kernel takes seconds of a core to begin: one shows as much as it can. */
describe("a notebook in the real kernel", () => {
  it("imports the project by name and gives the saved outputs again", async () => {
    await runNotebook(fixture("passing.ipynb"), { ...check, flags: SHORT_LIVED });
  });

  it("is saved with its outputs, the same bytes each time but for measurements", async () => {
    vi.stubEnv("DATABASE_URL", "postgres://caller");
    vi.stubEnv("SWEEPLINE_WORKERS", "7");
    onTestFinished(() => void vi.unstubAllEnvs());
    const kept = { output_type: "stream", name: "stdout", text: "42 compared\n" } as const;
    const outside = (needs: string) => ({
      source: 'console.log("3 comparisons are missing")',
      metadata: { needs },
      outputs: [kept],
    });
    const file = await writeNotebook(
      'const a = [1, 2]; console.log("x"); a',
      'import { display } from "tslab"; display.html("<b>b</b>")',
      'import { tmpdir } from "os"; import { writeFileSync } from "fs";',
      'writeFileSync(tmpdir() + "/left", ""); writeFileSync("folder", tmpdir());',
      "[process.env.DATABASE_URL, process.env.SWEEPLINE_WORKERS, new Date(0).getHours()]",
      outside("absent/golden"),
      outside("."),
      "for (let i = 0; i < 5_000; i++) console.log(i);",
      { source: "1 + Math.random()", metadata: { measured: true } },
    );
    const { cell, message } = await failure(runNotebook(file, check));
    expect(cell).toEqual({ number: 1, of: 9, id: "cell-1" });
    expect(message).toContain("saved outputs");

    const missing: string[] = [];
    const onMissing = ({ id }: { id: string }, text: string) => missing.push(`${id}: ${text}`);
    await runNotebook(file, { ...save, onMissing });
    const saved = await readFile(file, "utf8");
    const [values, shown, , , where, absent, present, many] = cellsOf(saved);
    expect(values.execution_count).toBe(1);
    expect(values.outputs).toEqual(printed("x\n[ 1, 2 ]\n"));
    const data = { "text/html": "<b>b</b>" };
    expect(shown.outputs).toEqual([{ output_type: "display_data", data, metadata: {} }]);
    // In UTC, without the settings of the caller, and nothing is left behind.
    expect(where.outputs).toEqual(printed("[ undefined, undefined, 0 ]\n"));
    expect(existsSync(await readFile(join(dirname(file), "folder"), "utf8"))).toBe(false);
    // Without the path that it needs a cell keeps what it was saved with.
    expect(missing).toEqual(["cell-6: 3 comparisons are missing"]);
    expect(absent.outputs).toEqual([kept]);
    expect(present.outputs).toEqual(printed("3 comparisons are missing\n"));
    // Every line of a cell that prints much at once.
    const lines = Array.from({ length: 5_000 }, (_, i) => `${i}\n`).join("");
    expect(many.outputs).toEqual(printed(lines));

    // What was measured is compared in kind only, everything else to the byte, ...
    await runNotebook(file, check);
    expect(await readFile(file, "utf8")).toBe(saved);
    // ... and saved anew.
    await runNotebook(file, save);
    const again = await readFile(file, "utf8");
    expect(cellsOf(again).at(-1)!.outputs).not.toEqual(cellsOf(saved).at(-1)!.outputs);
    const number = /1\.\d+/;
    expect(again.replace(number, "")).toBe(saved.replace(number, ""));
  });

  it("fails in a measured cell without the path that it needs as in any other", async () => {
    const source = 'throw new Error("not even without it")';
    const file = await writeNotebook({ source, metadata: { needs: "absent", measured: true } });
    expect((await failure(runNotebook(file, check))).message).toContain("not even without it");
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
    const { message } = await failure(runNotebook(file, { ...save, timeoutMs: 500 }));
    expect(message).toBe("not finished after 0.5 s");
  });
});
