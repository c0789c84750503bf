import {
  isTimeframe,
  TIMEFRAMES,
  type Timeframe,
  timeframeMs,
} from "../../core/series/timeframe.ts";
import { type Complaint, complaint, UserError } from "../../core/user-error.ts";
import type { ImportOrigin, ImportRequest } from "../../store/import-records.ts";
import { checkLabels } from "../dataset-labels.ts";

/** What a caller asks to have imported; the rest has defaults. */
export interface ImportWish {
  readonly name: string;
  readonly instrument?: string;
  readonly timeframe?: Timeframe;
  readonly onReject?: "refuse" | "skip";
  readonly origin: ImportOrigin;
}

const MAX_TEXT_CHARACTERS = 400;
/** Time stamps of candles before this are mistakes: seconds taken for milliseconds. */
const EARLIEST_MS = Date.UTC(1990, 0, 1);

/** The request in full; a UserError with everything that is wrong with it. */
export function checkedRequest(wish: ImportWish): ImportRequest {
  const { origin, timeframe } = wish;
  const faults: Complaint[] = [];
  if (timeframe !== undefined && !isTimeframe(timeframe)) {
    faults.push(complaint("timeframe", "not a timeframe", timeframe, TIMEFRAMES.join(" | ")));
  }
  if (origin.kind === "FILE") faults.push(...textFaults({ path: origin.path }));
  if (origin.kind === "EXCHANGE") {
    const { exchange, symbol } = origin;
    faults.push(...textFaults({ exchange, symbol }));
    if (timeframe === undefined) {
      faults.push(
        complaint("timeframe", "an exchange has to be told", null, TIMEFRAMES.join(" | ")),
      );
    } else if (faults.length === 0) {
      faults.push(...rangeFaults(origin, timeframe));
    }
  }
  if (faults.length > 0) throw new UserError("VALIDATION", faults);
  const { name, onReject = "refuse" } = wish;
  const { instrument } = checkLabels({
    name,
    ...(wish.instrument === undefined
      ? defaultInstrument(origin)
      : { instrument: wish.instrument }),
  });
  return { name, instrument, timeframe: timeframe ?? null, onReject, origin: aligned(wish) };
}

function defaultInstrument(origin: ImportOrigin): { readonly instrument?: string } {
  return origin.kind === "EXCHANGE" ? { instrument: `${origin.exchange}:${origin.symbol}` } : {};
}

function textFaults(texts: Readonly<Record<string, string>>): Complaint[] {
  return Object.entries(texts)
    .filter(([, text]) => text === "" || text.length > MAX_TEXT_CHARACTERS || /\p{Cc}/u.test(text))
    .map(([path, text]) => {
      const bound = `1 to ${MAX_TEXT_CHARACTERS} printable characters`;
      return complaint(path, "not usable", text, bound);
    });
}

function rangeFaults(
  { sinceMs, untilMs }: { readonly sinceMs: number; readonly untilMs: number },
  timeframe: Timeframe,
): Complaint[] {
  const faults: Complaint[] = [];
  if (!(sinceMs >= EARLIEST_MS)) {
    faults.push(complaint("since", "too early", sinceMs, `>= ${EARLIEST_MS} (1990)`));
  }
  if (!(untilMs - sinceMs >= timeframeMs(timeframe))) {
    const bound = `at least one bar of ${timeframe} after since`;
    faults.push(complaint("until", "leaves no bar", untilMs, bound));
  }
  return faults;
}

/** Bars of an exchange open on its timeframe's grid, so the first one asked for does too. */
function aligned({ origin, timeframe }: ImportWish): ImportOrigin {
  if (origin.kind !== "EXCHANGE" || timeframe === undefined) return origin;
  const barMs = timeframeMs(timeframe);
  return { ...origin, sinceMs: Math.ceil(origin.sinceMs / barMs) * barMs };
}
