import { createWriteStream } from "node:fs";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate as turn } from "node:timers/promises";
import { createGzip } from "node:zlib";
import { Command, Option } from "commander";
import { type ExportParameters, openExportAccess } from "../access/export-access.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { isUnread } from "../gone-readers.ts";
import { formatBytes } from "../output/format.ts";
import { runKey } from "../run-view.ts";
import {
  addServerOptions,
  configOf,
  type ServerChoice,
  type ServiceOptions,
  wholeNumber,
  wholeNumberOrZero,
} from "../service-options.ts";

interface ExportOptions extends ServiceOptions, ServerChoice {
  readonly what: string;
  readonly format: string;
  readonly stage?: string;
  readonly rank?: number;
  readonly variantIndex?: number;
  readonly output?: string;
  readonly gzip?: boolean;
}

const PROGRESS_MS = 250;

export function exportCommand(): Command {
  return addServerOptions(new Command("export"))
    .description("write the rows of a run as CSV, JSON Lines or Parquet, however many there are")
    .argument("<run>", "id of the run, see `sweepline runs`")
    .addOption(
      new Option("--what <content>", "the best rows, all variants, or one variant in full")
        .choices(["best", "variants", "trades", "equity"])
        .default("best"),
    )
    .addOption(
      new Option("--format <format>", "how it is written")
        .choices(["csv", "jsonl", "parquet"])
        .default("csv"),
    )
    .addOption(
      new Option(
        "--stage <stage>",
        "of variants: A all base variants, B the shortlist with stops",
      ).choices(["A", "B"]),
    )
    .option("--rank <n>", "of trades and equity: which row (default 1)", wholeNumber)
    .option("--variant-index <n>", "of trades and equity: any variant instead", wholeNumberOrZero)
    .option("--output <file>", "where to; standard output when left out")
    .option("--gzip", "compress it on the way")
    .addHelpText(
      "after",
      `
Memory does not grow with the rows; progress goes to stderr. Undefined is empty in CSV and null
elsewhere, never 0. Numbers read back as the same float64.

Examples:
  sweepline export 0199c8a4-5a0e-7c3e-9d0f-0b7b5a3f1c22 --what variants --output all.csv
  sweepline export 0199c8a4-5a0e-7c3e-9d0f-0b7b5a3f1c22 --what trades --rank 3 --format jsonl
${EXIT_CODES_HELP}`,
    )
    .action(exportRun);
}

async function exportRun(run: string, options: ExportOptions): Promise<void> {
  await using access = await openExportAccess(configOf(options, true), options);
  const bytes = await access.bytes(runKey(run), parametersOf(options));
  const { output } = options;
  const target = output === undefined ? process.stdout : createWriteStream(output);
  const counted = withProgress(bytes);
  const source = Readable.from(counted.bytes, { objectMode: false });
  const end = target !== process.stdout;
  try {
    await (options.gzip
      ? pipeline(source, createGzip(), target, { end })
      : pipeline(source, target as Writable, { end }));
    // What became of the last of it is known a turn later.
    await turn();
  } catch (error) {
    // Whoever has read enough wants no more of it.
    if (!isUnread(target)) throw error;
  }
  if (!isUnread(target)) counted.done(output ?? "standard output");
}

function parametersOf({
  what,
  format,
  stage,
  rank,
  variantIndex,
}: ExportOptions): ExportParameters {
  const given = { what, format, stage, rank, variantIndex };
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, String(value)]),
  );
}

/** Says on a terminal how much has been written, and at the end in any case. */
function withProgress(source: AsyncIterable<Uint8Array>) {
  let written = 0;
  let shown = 0;
  async function* bytes() {
    for await (const block of source) {
      written += block.length;
      const now = performance.now();
      if (process.stderr.isTTY && now - shown >= PROGRESS_MS) {
        shown = now;
        process.stderr.write(`\r${formatBytes(written)} `);
      }
      yield block;
    }
  }
  const done = (to: string) => {
    const start = process.stderr.isTTY ? "\r" : "";
    process.stderr.write(`${start}${formatBytes(written)} to ${to}\n`);
  };
  return { bytes: bytes(), done };
}
