import type { ImportRecord, Imports } from "../../app.ts";
import { UserError } from "../../config.ts";
import { EXIT } from "../exit-codes.ts";
import { catchInterrupt } from "../interrupt.ts";
import { importDisplay } from "../output/import-progress.ts";

/** What the options of `import` say about an exchange. */
export interface ExchangeOptions {
  readonly exchange?: string;
  readonly symbol?: string;
  readonly since?: string;
  readonly until?: string;
  readonly resume?: string;
  readonly name?: string;
  readonly instrument?: string;
  readonly timeframe?: string;
  readonly skipRejected?: boolean;
}

const LOOK_EVERY_MS = 200;
const GLOBAL_ID = /^Import_/;

/**
 * Imports from an exchange in this process, with its progress on stderr. Ctrl-C lets go of it:
 * `--resume` goes on where it was. Null where there is no dataset; why has been said then.
 */
export async function importFromExchange(
  imports: Imports,
  options: ExchangeOptions,
): Promise<ImportRecord | null> {
  const { id } = await begin(imports, options);
  using interrupt = catchInterrupt();
  const display = importDisplay(process.stderr);
  try {
    for (;;) {
      const record = await imports.find(id);
      display.show(record);
      if (record.state !== "RUNNING" && record.state !== "WAITING") return ended(record);
      if (interrupt.signal.aborted) break;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  } finally {
    display.stop();
  }
  await imports.close();
  console.error(`interrupted; go on with: sweepline import --resume ${id}`);
  process.exitCode = EXIT.interrupted;
  return null;
}

function begin(imports: Imports, options: ExchangeOptions): Promise<ImportRecord> {
  const { resume, exchange, symbol, timeframe, name, instrument } = options;
  if (resume !== undefined) return imports.resume(resume.replace(GLOBAL_ID, ""));
  return imports.start({
    name: name ?? `${exchange}-${symbol}-${timeframe}`,
    ...(instrument === undefined ? {} : { instrument }),
    // The library says which timeframes there are.
    ...(timeframe === undefined ? {} : { timeframe: timeframe as "1h" }),
    onReject: options.skipRejected ? "skip" : "refuse",
    origin: {
      kind: "EXCHANGE",
      exchange: exchange ?? "",
      symbol: symbol ?? "",
      sinceMs: instant("since", options.since),
      untilMs: options.until === undefined ? Date.now() : instant("until", options.until),
    },
  });
}

function instant(path: string, text: string | undefined): number {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  const bound = "a date or an instant, such as 2024-01-01 or 2024-01-01T12:00:00Z";
  const message = text === undefined ? "is required" : "is no date";
  throw new UserError("VALIDATION", { path, message, value: text ?? null, bound });
}

/** What was asked for cannot be had, or the exchange does not answer: then a later try may help. */
function ended(record: ImportRecord): ImportRecord | null {
  if (record.state === "SUCCEEDED") return record;
  const message = record.error?.message ?? record.state.toLowerCase();
  if (record.error?.code === "VALIDATION") {
    throw new UserError("VALIDATION", { path: "", message, value: null, bound: null });
  }
  console.error(`${message}\ntry again with: sweepline import --resume ${record.id}`);
  process.exitCode = EXIT.runFailed;
  return null;
}
