import fc from "fast-check";
import { barCount, type Candles } from "../../src/core/series/candles.ts";
import { arbitrarySeries, type Series } from "./arbitrary-series.ts";

/** One way to write candles as text; none of it changes what they are. */
export interface TextForm {
  readonly delimiter: string;
  readonly lineEnd: string;
  readonly bom: boolean;
  readonly quoted: boolean;
  readonly upperCase: boolean;
  readonly volume: boolean;
  readonly timeName: string;
  readonly timeForm: keyof typeof TIME_FORMS;
  /** Extra columns before, between and after the others. */
  readonly extra: boolean;
  readonly reversed: boolean;
  readonly tail: string;
}

const iso = (timeMs: number) => new Date(timeMs).toISOString();
/** The clock time that a zone two hours ahead shows. */
const athens = (timeMs: number) => iso(timeMs + 7_200_000).slice(0, 19);

export const TIME_FORMS = {
  iso,
  isoSeconds: (timeMs: number) => iso(timeMs).slice(0, 19),
  isoMinutes: (timeMs: number) => iso(timeMs).slice(0, 16),
  isoOffset: (timeMs: number) => `${athens(timeMs)}+02:00`,
  isoShortOffset: (timeMs: number) => `${athens(timeMs)} +0200`,
  spaced: (timeMs: number) => iso(timeMs).slice(0, 19).replace("T", " "),
  spacedUtc: (timeMs: number) => `${iso(timeMs).slice(0, 19).replace("T", " ")} UTC`,
  slashes: (timeMs: number) => iso(timeMs).slice(0, 16).replaceAll("-", "/").replace("T", " "),
  dots: (timeMs: number) => iso(timeMs).slice(0, 16).replaceAll("-", ".").replace("T", " "),
  dateOnly: (timeMs: number) => iso(timeMs).slice(0, 10),
  seconds: (timeMs: number) => String(timeMs / 1000),
  secondsFloat: (timeMs: number) => `${timeMs / 1000}.0`,
  milliseconds: (timeMs: number) => String(timeMs),
  microseconds: (timeMs: number) => `${timeMs}000`,
} as const;

const TIME_NAMES = ["Date", "time", "TIMESTAMP", "ts", "Open Time", "open_time", "<date>", ""];

/**
 * Years before 1973 in milliseconds look like seconds: the one pair that size cannot tell apart.
 */
function formFits(form: keyof typeof TIME_FORMS, { candles, timeframe }: Series): boolean {
  if (form === "dateOnly") return timeframe === "1d";
  const isFine = form === "milliseconds" || form === "microseconds";
  return !isFine || Math.abs(candles.time[0]) >= 1e11;
}

const textForm = fc.record<TextForm>({
  delimiter: fc.constantFrom(",", ";", "\t", "|"),
  lineEnd: fc.constantFrom("\n", "\r\n", "\r"),
  bom: fc.boolean(),
  quoted: fc.boolean(),
  upperCase: fc.boolean(),
  volume: fc.boolean(),
  timeName: fc.constantFrom(...TIME_NAMES),
  timeForm: fc.constantFrom(...(Object.keys(TIME_FORMS) as (keyof typeof TIME_FORMS)[])),
  extra: fc.boolean(),
  reversed: fc.boolean(),
  tail: fc.constantFrom("", "end", "blank", "commas"),
});

export const seriesAndForm = fc
  .record({ series: arbitrarySeries({ minBars: 1 }), form: textForm })
  .filter(({ series, form }) => formFits(form.timeForm, series));

/** A first column without a name is only found when it stays first. */
function isReversible(form: TextForm): boolean {
  return form.timeName !== "" && !form.extra;
}

export function csvText(candles: Candles, form: TextForm): string {
  const rows = [header(form)];
  for (let t = 0; t < barCount(candles); t++) rows.push(cells(candles, t, form));
  const lines = rows.map((row) => lineOf(row, form));
  return (form.bom ? "\uFEFF" : "") + lines.join(form.lineEnd) + tailOf(form, rows[0].length);
}

function header(form: TextForm): string[] {
  const names = ["open", "high", "low", "close", ...(form.volume ? ["volume"] : [])];
  const cased = form.upperCase ? names.map((name) => name.toUpperCase()) : names;
  return form.extra ? [form.timeName, "symbol", ...cased, "note"] : [form.timeName, ...cased];
}

function cells(candles: Candles, t: number, form: TextForm): string[] {
  const { time, open, high, low, close, volume } = candles;
  const prices = [open[t], high[t], low[t], close[t]].map(String);
  const numbers = form.volume ? [...prices, String(volume[t])] : prices;
  const timeText = TIME_FORMS[form.timeForm](time[t]);
  return form.extra ? [timeText, "EURUSD", ...numbers, "-"] : [timeText, ...numbers];
}

function lineOf(row: string[], form: TextForm): string {
  const ordered = form.reversed && isReversible(form) ? [...row].reverse() : row;
  const written = form.quoted ? ordered.map((cell) => `"${cell}"`) : ordered;
  return written.join(form.delimiter);
}

function tailOf(form: TextForm, width: number): string {
  switch (form.tail) {
    case "end":
      return form.lineEnd;
    case "blank":
      return `${form.lineEnd}${form.lineEnd}  ${form.lineEnd}`;
    case "commas":
      return form.lineEnd + form.delimiter.repeat(width - 1);
    default:
      return "";
  }
}

/** What the text says: without a volume column, zeros. */
export function candlesAsWritten(candles: Candles, form: TextForm): Candles {
  if (form.volume) return candles;
  return { ...candles, volume: new Float64Array(barCount(candles)) };
}

/** The bytes in pieces of the given sizes, over and over. */
export async function* inPieces(bytes: Uint8Array, sizes: readonly number[]) {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const end = at + sizes[i % sizes.length];
    yield bytes.subarray(at, end);
    at = end;
  }
}
