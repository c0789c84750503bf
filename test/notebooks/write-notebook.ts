import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Cell, formatNotebook } from "../../scripts/notebooks/nbformat.ts";

const METADATA = {
  kernelspec: { display_name: "TypeScript", language: "typescript", name: "tslab" },
};

/** Source of a code cell, with what it needs or what it was saved with, if anything. */
type CellText = string | (Pick<Cell, "source"> & Partial<Pick<Cell, "metadata" | "outputs">>);

/** The path of a notebook with these code cells, `cell-1`, `cell-2`, ...; gone after the test. */
export async function writeNotebook(...texts: CellText[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sweepline-notebook-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const cells: Cell[] = texts.map((text, at) => ({
    cell_type: "code",
    id: `cell-${at + 1}`,
    metadata: {},
    execution_count: null,
    outputs: [],
    ...(typeof text === "string" ? { source: text } : text),
  }));
  const file = join(folder, "written.ipynb");
  await writeFile(
    file,
    formatNotebook({ nbformat: 4, nbformat_minor: 5, metadata: METADATA, cells }),
  );
  return file;
}
