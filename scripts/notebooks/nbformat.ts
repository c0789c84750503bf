/**
 * Notebook files, nbformat 4.5. Text is a string or a list of lines in the file; it is a string in
 * memory and a list of lines when saved, as Jupyter does, so that a diff shows the changed line.
 * https://nbformat.readthedocs.io/en/latest/format_description.html
 */
export type MimeBundle = Readonly<Record<string, unknown>>;

export type Output =
  | { output_type: "stream"; name: "stdout" | "stderr"; text: string }
  | { output_type: "display_data"; data: MimeBundle; metadata: MimeBundle }
  | {
      output_type: "execute_result";
      execution_count: number | null;
      data: MimeBundle;
      metadata: MimeBundle;
    }
  | { output_type: "error"; ename: string; evalue: string; traceback: readonly string[] };

export interface Cell {
  readonly cell_type: "markdown" | "raw" | "code";
  readonly id: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly source: string;
  /** Code cells only. */
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
  readonly attachments?: unknown;
}

export interface Notebook {
  readonly nbformat: 4;
  readonly nbformat_minor: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly cells: readonly Cell[];
}

const CELL_TYPES: readonly unknown[] = ["markdown", "raw", "code"];
const CELL_ID = /^[A-Za-z0-9_-]{1,64}$/;
const KERNEL = "tslab";

/** Reads a notebook; throws with the cell's position when it is not a valid one for tslab. */
export function parseNotebook(text: string): Notebook {
  const raw = JSON.parse(text);
  if (raw?.nbformat !== 4 || !(raw.nbformat_minor >= 5)) {
    throw new Error(`nbformat ${raw?.nbformat}.${raw?.nbformat_minor}, expected 4.5 or later`);
  }
  const kernel = raw.metadata?.kernelspec?.name;
  if (kernel !== KERNEL) throw new Error(`kernelspec ${kernel}, expected ${KERNEL}`);
  if (!Array.isArray(raw.cells)) throw new Error("cells missing");
  const seen = new Set<string>();
  const cells = raw.cells.map((cell: Record<string, unknown>, at: number) => {
    const fault = cellFault(cell, seen);
    if (fault !== null) throw new Error(`cell at position ${at + 1}: ${fault}`);
    return parseCell(cell);
  });
  return { ...raw, cells };
}

function cellFault(cell: Record<string, unknown>, seen: Set<string>): string | null {
  const { id, cell_type: type } = cell;
  if (typeof id !== "string" || !CELL_ID.test(id)) return `id ${id}, expected ${CELL_ID}`;
  if (seen.has(id)) return `id ${id} is used twice`;
  seen.add(id);
  return CELL_TYPES.includes(type) ? null : `cell_type ${type}, expected ${CELL_TYPES.join(" | ")}`;
}

function parseCell(cell: Record<string, unknown>): Cell {
  const joined = { ...cell, source: joinLines(cell.source) };
  if (cell.cell_type !== "code") return joined as unknown as Cell;
  const outputs = ((cell.outputs ?? []) as Record<string, unknown>[]).map(parseOutput);
  return { ...joined, outputs } as unknown as Cell;
}

function parseOutput(output: Record<string, unknown>): Output {
  const parsed: Record<string, unknown> = { ...output };
  if ("text" in parsed) parsed.text = joinLines(parsed.text);
  if ("data" in parsed) parsed.data = mapText(parsed.data as MimeBundle, joinLines);
  return parsed as unknown as Output;
}

/** The file's text as Jupyter writes it: keys sorted, one blank of indent, lines split. */
export function formatNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: splitLines(cell.source),
    ...(cell.outputs === undefined ? {} : { outputs: cell.outputs.map(formatOutput) }),
  }));
  return `${JSON.stringify(sortKeys({ ...notebook, cells }), null, 1)}\n`;
}

/** The outputs of a cell as text that is equal exactly when they are. */
export function formatOutputs(cell: Cell): string {
  return JSON.stringify(sortKeys((cell.outputs ?? []).map(formatOutput)));
}

function formatOutput(output: Output): unknown {
  if (output.output_type === "stream") return { ...output, text: splitLines(output.text) };
  if (output.output_type === "error") return output;
  return { ...output, data: mapText(output.data, splitLines) };
}

/** JSON outputs stay as they are, every other text is rewritten. */
function mapText(data: MimeBundle, change: (text: unknown) => unknown): MimeBundle {
  const entries = Object.entries(data).map(([mime, value]) => {
    const isJson = mime === "application/json" || mime.endsWith("+json");
    return [mime, isJson ? value : change(value)];
  });
  return Object.fromEntries(entries);
}

function joinLines(text: unknown): string {
  return Array.isArray(text) ? text.join("") : String(text ?? "");
}

function splitLines(text: unknown): string[] {
  return String(text)
    .split(/(?<=\n)/)
    .filter((line) => line !== "");
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}
