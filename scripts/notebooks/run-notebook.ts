import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type CellResult, Kernel } from "./kernel.ts";
import {
  type Cell,
  formatNotebook,
  formatOutputs,
  type Notebook,
  type Output,
  parseNotebook,
} from "./nbformat.ts";

export interface CellPosition {
  /** Counts code cells, from 1, as `[n]` beside a cell does after a run from top to bottom. */
  readonly number: number;
  readonly of: number;
  readonly id: string;
}

export interface RunNotebookOptions {
  readonly timeoutMs: number;
  /** Compare with the saved outputs instead of saving. */
  readonly check: boolean;
  readonly signal?: AbortSignal;
  /** Of Node, for the kernel. */
  readonly flags?: readonly string[];
  readonly onCell?: (cell: CellPosition, elapsedMs: number) => void;
  /** A cell without the path it needs, and what it printed about that. */
  readonly onMissing?: (cell: CellPosition, text: string) => void;
}

/** A cell that failed, and why; `message` is what the cell printed as its error. */
export class CellFailure extends Error {
  readonly cell: CellPosition;

  constructor(cell: CellPosition, message: string) {
    super(message);
    this.cell = cell;
  }
}

/**
 * Executes the code cells of a notebook in order, in a kernel started in the notebook's folder.
 * Saves the file with its outputs when all cells passed, and leaves it as it was otherwise.
 * Throws CellFailure; with `check` also where the saved outputs are not what the cell gives now.
 *
 * A cell whose outputs come from outside the repository names the path it `needs` in its metadata,
 * relative to the notebook. Without it the cell is executed all the same, but keeps its outputs.
 * Outputs of a cell with `measured` in its metadata are times or memory of this machine: saved, and
 * with `check` compared in kind only.
 */
export async function runNotebook(file: string, options: RunNotebookOptions): Promise<void> {
  const text = await readFile(file, "utf8");
  const saved = parseNotebook(text);
  const executed = await executeCells(saved, dirname(file), options);
  if (options.check) return refuseDrift(saved, executed);
  const formatted = formatNotebook(executed);
  if (formatted === text) return;
  await writeFile(`${file}.part`, formatted);
  await rename(`${file}.part`, file);
}

async function executeCells(
  notebook: Notebook,
  cwd: string,
  options: RunNotebookOptions,
): Promise<Notebook> {
  const results = new Map<string, CellResult>();
  const positions = codeCells(notebook);
  const kernel = await Kernel.start(cwd, options.flags);
  const stop = () => void kernel.kill();
  options.signal?.addEventListener("abort", stop);
  try {
    options.signal?.throwIfAborted();
    for (const { cell, position } of positions) {
      const startedMs = performance.now();
      results.set(cell.id, await executeCell(kernel, cell, position, options.timeoutMs));
      options.onCell?.(position, performance.now() - startedMs);
    }
    await kernel.close();
  } finally {
    options.signal?.removeEventListener("abort", stop);
    await kernel.kill();
  }
  // Once more, now that no cell can print any longer: an unhandled error may come late.
  for (const { cell, position } of positions) {
    refuseErrors(position, results.get(cell.id)!);
    if (hasItsNeeds(cell, cwd)) continue;
    options.onMissing?.(position, printed(results.get(cell.id)!));
    results.delete(cell.id);
  }
  return { ...notebook, cells: notebook.cells.map((cell) => withResult(cell, results)) };
}

function hasItsNeeds({ metadata: { needs } }: Cell, cwd: string): boolean {
  return typeof needs !== "string" || existsSync(join(cwd, needs));
}

function printed({ outputs }: CellResult): string {
  const texts = outputs.map((output) => (output.output_type === "stream" ? output.text : ""));
  return texts.join("").trim();
}

async function executeCell(
  kernel: Kernel,
  cell: Cell,
  position: CellPosition,
  timeoutMs: number,
): Promise<CellResult> {
  try {
    const result = await kernel.execute(cell.source, timeoutMs);
    refuseErrors(position, result);
    return result;
  } catch (error) {
    if (error instanceof CellFailure) throw error;
    throw new CellFailure(position, (error as Error).message);
  }
}

/** tslab reports errors as text on stderr, and lets an unhandled one pass as a success. */
function refuseErrors(position: CellPosition, { status, outputs }: CellResult): void {
  const errors = outputs.filter(isError).map(errorText);
  if (status === "ok" && !errors.some((text) => UNHANDLED.test(text))) return;
  throw new CellFailure(position, withoutKernelFrames(errors.join("\n")));
}

const UNHANDLED = /^(UncaughtException|UnhandledPromiseRejection): /m;

function isError(output: Output): boolean {
  return (
    output.output_type === "error" || (output.output_type === "stream" && output.name === "stderr")
  );
}

function errorText(output: Output): string {
  if (output.output_type === "error") return output.traceback.join("\n");
  return output.output_type === "stream" ? output.text : "";
}

function withoutKernelFrames(text: string): string {
  const isFrame = /^\s+at .*(\(node:|node_modules\/tslab\/|\bnode:internal\/)/;
  return text
    .split("\n")
    .filter((line) => !isFrame.test(line))
    .join("\n")
    .trim();
}

function codeCells(notebook: Notebook): { cell: Cell; position: CellPosition }[] {
  const cells = notebook.cells.filter((cell) => cell.cell_type === "code" && cell.source !== "");
  return cells.map((cell, at) => ({
    cell,
    position: { number: at + 1, of: cells.length, id: cell.id },
  }));
}

function withResult(cell: Cell, results: ReadonlyMap<string, CellResult>): Cell {
  const result = results.get(cell.id);
  // Not executed, or without what it needs; an empty cell has no outputs.
  if (result === undefined && (cell.cell_type !== "code" || cell.source !== "")) return cell;
  const { executionCount = null, outputs = [] } = result ?? {};
  return { ...cell, execution_count: executionCount, outputs };
}

function refuseDrift(saved: Notebook, executed: Notebook): void {
  const savedOutputs = new Map(saved.cells.map((cell) => [cell.id, comparedOutputs(cell)]));
  for (const { cell, position } of codeCells(executed)) {
    if (savedOutputs.get(cell.id) === comparedOutputs(cell)) continue;
    throw new CellFailure(position, "the saved outputs are not what the cell gives now");
  }
}

/** What must not change; of measurements, which outputs there are. */
function comparedOutputs(cell: Cell): string {
  if (cell.metadata.measured !== true) return formatOutputs(cell);
  const kinds = (cell.outputs ?? []).map((output) =>
    "data" in output ? Object.keys(output.data).sort().join() : output.output_type,
  );
  return kinds.join("; ");
}
