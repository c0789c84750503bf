import { timeframeMs } from "../../core/series/timeframe.ts";
import { BarBuffer } from "../../market-data/bar-buffer.ts";
import { barFault } from "../../market-data/bar-rules.ts";
import {
  type ExchangeBar,
  ExchangeFault,
  type ExchangeFeed,
  type ExchangeSettings,
  openExchange,
} from "../../market-data/exchange.ts";
import { exchangePages } from "../../market-data/exchange-pages.ts";
import { finishRows, MAX_BARS } from "../../market-data/finish-rows.ts";
import { RejectionLog } from "../../market-data/rejection-log.ts";
import type { ImportOrigin } from "../../store/import-records.ts";
import type { ImportResult } from "../dataset-import.ts";
import type { DatasetLibrary } from "../dataset-library.ts";
import type { ImportTask } from "./import-task.ts";

/** What the world outside the process is to an import from an exchange. */
export interface ExchangeWorld {
  readonly settings: Readonly<Record<string, ExchangeSettings>>;
  readonly nowMs: () => number;
  /** Ends early when the signal fires. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Uniform in 0 to 1. */
  readonly random: () => number;
}

type FromExchange = Extract<ImportOrigin, { kind: "EXCHANGE" }>;

/** Requests in a row that may fail, until the import does. */
const MAX_ATTEMPTS = 8;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Fetches the bars that are not stored yet, a page at a time, then makes the dataset of all of
 * them. May be cut off anywhere and done again by any process: stored pages are not asked for
 * again.
 */
export async function importFromExchange(
  task: ImportTask,
  origin: FromExchange,
  world: ExchangeWorld,
  datasets: DatasetLibrary,
): Promise<ImportResult> {
  const timeframe = task.record.request.timeframe!;
  const { exchange, symbol, sinceMs, untilMs } = origin;
  const barMs = timeframeMs(timeframe);
  const reached = await task.store.importReached(task.record.id);
  const from = reached === null ? sinceMs : reached.lastMs + barMs;
  const feed = await patiently(task, world, () =>
    openExchange({ exchange, symbol, timeframe }, world.settings[exchange]),
  );
  try {
    let bars = reached?.bars ?? 0;
    const endMs = Math.min(untilMs, world.nowMs());
    const patientFeed: ExchangeFeed = {
      ...feed,
      page: (since) => patiently(task, world, () => feed.page(since)),
    };
    const range = { sinceMs: from, untilMs, timeframe };
    for await (const page of exchangePages(patientFeed, range, world.nowMs)) {
      bars += page.length;
      const lastMs = page.at(-1)![0];
      const fraction = Math.min(0.99, (lastMs + barMs - sinceMs) / (endMs - sinceMs));
      const message = `up to ${new Date(lastMs).toISOString()}`;
      await task.addPage(
        page.map((bar) => Float64Array.from(bar)),
        { bars, fraction, message },
      );
    }
  } finally {
    await feed.close();
  }
  task.tell({ message: "storing" });
  return save(task, datasets);
}

/** Repeats a request that failed for a reason that may pass, waiting longer each time. */
async function patiently<T>(
  task: ImportTask,
  world: ExchangeWorld,
  request: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    task.signal.throwIfAborted();
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof ExchangeFault && error.transient) || attempt >= MAX_ATTEMPTS) {
        throw error;
      }
      const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
      // Half of it at least: others that failed at the same moment should not all be back at once.
      const waitMs = longest * (0.5 + 0.5 * world.random());
      const seconds = (waitMs / 1_000).toFixed(1);
      task.tell({ message: `attempt ${attempt} failed, next in ${seconds} s: ${error.message}` });
      await world.sleep(waitMs, task.signal);
    }
  }
}

async function save(task: ImportTask, datasets: DatasetLibrary): Promise<ImportResult> {
  const { id, request } = task.record;
  const buffer = new BarBuffer(MAX_BARS);
  const log = new RejectionLog();
  let rows = 0;
  for await (const page of task.store.importPages(id)) {
    for (let at = 0; at < page.length; at += 6) {
      const bar = page.subarray(at, at + 6);
      const [, open, high, low, close, volume] = bar as unknown as ExchangeBar;
      rows++;
      const fault = barFault(open, high, low, close, volume);
      if (fault === null) buffer.push(rows, bar);
      else log.add(rows, fault.code, fault.reason);
    }
  }
  const { name, instrument, timeframe, onReject } = request;
  const candles = finishRows({ buffer, rows, log }, { timeframe: timeframe!, onReject });
  return datasets.saveCandles({ name, instrument }, candles, "exchange");
}
