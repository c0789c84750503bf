import { complaint, UserError } from "../core/user-error.ts";

/** Accepted names, compared in lower case; of several time columns the first name listed wins. */
const TIME_NAMES = [
  "timestamp",
  "ts",
  "unix",
  "datetime",
  "date time",
  "open time",
  "opentime",
  "time open",
  "date",
  "time",
];
const FIELD_NAMES = {
  open: ["open", "o"],
  high: ["high", "h"],
  low: ["low", "l"],
  close: ["close", "c"],
  volume: ["volume", "vol", "v"],
} as const;

type Field = keyof typeof FIELD_NAMES;
const FIELDS = Object.keys(FIELD_NAMES) as Field[];

/** Where each field of a bar is found in a row, from 0. */
export interface CandleColumns {
  readonly time: number;
  /** A separate column with the time of day, as MetaTrader writes it; -1 without one. */
  readonly clock: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** -1 without a volume column: it is optional and reads as 0. */
  readonly volume: number;
  /** Columns a row must have to hold every field. */
  readonly width: number;
}

/** `<OPEN>`, `Open Time`, `open_time` and `open-time` are all read as words in lower case. */
export function normalName(name: string): string {
  return name
    .trim()
    .replace(/^<(.*)>$/, "$1")
    .toLowerCase()
    .replace(/[\s_-]+/g, " ");
}

/** Fields that no column holds; volume is optional. */
export function missingFields(names: readonly string[]): string[] {
  const missing: string[] = FIELDS.filter(
    (field) => field !== "volume" && positions(names, FIELD_NAMES[field]).length === 0,
  );
  return timeColumn(names) === -1 ? ["time", ...missing] : missing;
}

/** The columns under their normal names; a UserError where two could be the same field. */
export function candleColumns(names: readonly string[]): CandleColumns {
  const time = timeColumn(names);
  const clock = names[time] === "date" ? names.indexOf("time") : -1;
  const at = { open: 0, high: 0, low: 0, close: 0, volume: -1 };
  for (const field of FIELDS) {
    const found = positions(names, FIELD_NAMES[field]);
    if (found.length > 1) throw ambiguousColumns(field, names, found);
    at[field] = found[0] ?? -1;
  }
  const width = Math.max(time, clock, ...Object.values(at)) + 1;
  return { time, clock, ...at, width };
}

/** The refusal of a header that lacks fields. */
export function missingColumns(
  names: readonly string[],
  missing: readonly string[],
  hint = "",
): UserError {
  const message = `no column for ${missing.join(", ")}${hint}`;
  const found = names.filter((name) => name !== "").join(", ");
  const bound = "time (or date, timestamp), open, high, low, close and optionally volume";
  return new UserError("VALIDATION", complaint("header", message, found, bound));
}

function positions(names: readonly string[], accepted: readonly string[]): number[] {
  return names.flatMap((name, at) => (accepted.includes(name) ? [at] : []));
}

/** By name; else a first column without a name, which is how pandas writes its index. */
function timeColumn(names: readonly string[]): number {
  for (const name of TIME_NAMES) {
    const at = names.indexOf(name);
    if (at !== -1) return at;
  }
  return names[0] === "" ? 0 : -1;
}

function ambiguousColumns(
  field: Field,
  names: readonly string[],
  found: readonly number[],
): UserError {
  const message = `more than one column could be ${field}`;
  const value = found.map((at) => names[at]).join(", ");
  return new UserError("VALIDATION", complaint("header", message, value, "exactly one"));
}
