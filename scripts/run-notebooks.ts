import { globSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError } from "commander";
import { CellFailure, type CellPosition, runNotebook } from "./notebooks/run-notebook.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

interface Options {
  readonly check?: true;
  readonly timeout: number;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const command = commandLine().parse();
  const options = command.opts<Options>();
  const files = chooseNotebooks(command.args);
  if (typeof files === "string") {
    console.error(files);
    return EXIT.usage;
  }
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => interrupt.abort());
  const startedMs = performance.now();
  const failed: string[] = [];
  for (const file of files) {
    if (!(await passes(file, options, interrupt.signal))) failed.push(file);
    if (interrupt.signal.aborted) return EXIT.interrupted;
  }
  const passed = files.length - failed.length;
  const elapsed = seconds(performance.now() - startedMs);
  const names = failed.length === 0 ? "" : `: ${failed.join(", ")}`;
  console.log(`${passed} passed, ${failed.length} failed in ${elapsed}${names}`);
  return failed.length === 0 ? EXIT.ok : EXIT.failed;
}

function commandLine(): Command {
  return new Command("npm run notebooks --")
    .description(
      "Executes the notebooks in the tslab kernel, in order, and saves them with their outputs.",
    )
    .argument("[patterns...]", "parts of paths under notebooks/, or paths of .ipynb files")
    .option("--check", "save nothing; fail where the saved outputs differ from the new ones")
    .option("--timeout <seconds>", "how long one cell may take", positive, 120)
    .addHelpText("after", "\nExit code: 0 all passed, 1 a cell failed, 2 wrong arguments.")
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.ok : EXIT.usage));
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("expected a number above 0");
}

/** Paths in name order, or what is wrong with the patterns. */
function chooseNotebooks(patterns: readonly string[]): string[] | string {
  const all = globSync("notebooks/**/*.ipynb", { cwd: root })
    .filter((file) => !file.includes(".ipynb_checkpoints"))
    .map((file) => relative(process.cwd(), join(root, file)))
    .sort();
  if (patterns.length === 0) return all;
  const chosen = new Set<string>();
  for (const pattern of patterns) {
    const matches = all.filter((file) => file.includes(pattern));
    if (matches.length === 0 && pattern.endsWith(".ipynb")) matches.push(pattern);
    if (matches.length === 0)
      return `No notebook matches "${pattern}". There are:\n${all.join("\n")}`;
    for (const match of matches) chosen.add(match);
  }
  return [...chosen];
}

async function passes(file: string, options: Options, signal: AbortSignal): Promise<boolean> {
  const onCell = (cell: CellPosition, elapsedMs: number) =>
    console.log(`${file}  ${describe(cell)}  ${seconds(elapsedMs)}`);
  const onMissing = (cell: CellPosition, text: string) =>
    console.warn(`${file}  ${describe(cell)} keeps its saved outputs:\n${text}`);
  try {
    await runNotebook(file, {
      timeoutMs: options.timeout * 1_000,
      check: options.check === true,
      signal,
      onCell,
      onMissing,
    });
    return true;
  } catch (error) {
    const where = error instanceof CellFailure ? `${describe(error.cell)} failed` : "failed";
    if (signal.aborted) console.error(`${file}  interrupted`);
    else console.error(`${file}  ${where}:\n${(error as Error).message}`);
    return false;
  }
}

function describe({ number, of, id }: CellPosition): string {
  return `cell ${number} of ${of} (${id})`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
