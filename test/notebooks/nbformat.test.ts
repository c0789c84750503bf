import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { formatNotebook, parseNotebook } from "../../scripts/notebooks/nbformat.ts";

const saved = await readFile(new URL("fixtures/passing.ipynb", import.meta.url), "utf8");

interface NotebookFile {
  nbformat_minor: number;
  metadata: { kernelspec: { name: string } };
  cells: {
    id?: string | undefined;
    cell_type: string;
    source: string | string[];
    outputs?: { text?: string | string[] }[];
  }[];
}

const oneText = (text: string | string[]) => [text].flat().join("");

/** The fixture with one change. */
function changed(change: (notebook: NotebookFile) => void): string {
  const notebook = JSON.parse(saved);
  change(notebook);
  return JSON.stringify(notebook);
}

describe("notebook files", () => {
  it("are written byte for byte as they were read", () => {
    expect(formatNotebook(parseNotebook(saved))).toBe(saved);
  });

  it("have text as lines, whichever of the two legal forms was read", () => {
    const joined = changed(({ cells }) => {
      for (const cell of cells) {
        cell.source = oneText(cell.source);
        for (const output of cell.outputs ?? []) {
          if (output.text !== undefined) output.text = oneText(output.text);
        }
      }
    });
    expect(formatNotebook(parseNotebook(joined))).toBe(saved);
  });

  it("are refused with the cell's position when they are not valid", () => {
    const faults: [string, string][] = [
      [changed((n) => (n.nbformat_minor = 4)), "nbformat 4.4, expected 4.5"],
      [changed((n) => (n.metadata.kernelspec.name = "python3")), "kernelspec python3"],
      [changed((n) => (n.cells[1].id = undefined)), "cell at position 2: id undefined"],
      [changed((n) => (n.cells[2].id = n.cells[0].id)), "cell at position 3: id "],
      [changed((n) => (n.cells[0].cell_type = "code!")), "cell at position 1: cell_type code!"],
      ["{", "JSON"],
    ];
    for (const [text, message] of faults) expect(() => parseNotebook(text)).toThrow(message);
  });
});
