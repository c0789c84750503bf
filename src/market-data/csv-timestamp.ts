/** How the times of one file are written; the first row decides, the others must agree. */
export type TimestampForm = "calendar" | "seconds" | "milliseconds" | "microseconds";

const MS_PER_UNIT = { seconds: 1000, milliseconds: 1, microseconds: 1 / 1000 } as const;
const MAX_TIME_MS = 8.64e15;

const EPOCH = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const DATE = /(\d{4})([-/.])(\d\d)\2(\d\d)/;
const CLOCK = /(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?/;
const ZONE = /(Z|UTC|[+-]\d\d(?::?\d\d)?)/;
const CALENDAR = new RegExp(`^${DATE.source}(?:[T ]${CLOCK.source} ?${ZONE.source}?)?$`, "i");
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * The form a first time is written in, or null. Epochs are told apart by size: below 1e11 seconds
 * (year 5138), below 1e14 milliseconds, below 1e17 microseconds.
 */
export function timestampForm(text: string): TimestampForm | null {
  if (CALENDAR.test(text)) return "calendar";
  if (!EPOCH.test(text)) return null;
  const size = Math.abs(Number(text));
  if (size < 1e11) return "seconds";
  if (size < 1e14) return "milliseconds";
  return size < 1e17 ? "microseconds" : null;
}

/**
 * UTC epoch milliseconds of a time in the given form, NaN when it is not one. Calendar times are
 * `YYYY-MM-DD`, optionally with `HH:MM`, `HH:MM:SS` or a fraction, and optionally a zone; without
 * one they are UTC. `/` and `.` may separate the date. Days before months are refused: nobody can
 * tell them apart.
 */
export function parseTimestamp(text: string, form: TimestampForm): number {
  const timeMs = form === "calendar" ? calendarMs(text) : epochMs(text, MS_PER_UNIT[form]);
  return Math.abs(timeMs) <= MAX_TIME_MS ? timeMs : Number.NaN;
}

function epochMs(text: string, msPerUnit: number): number {
  if (!EPOCH.test(text)) return Number.NaN;
  // Adding 0 turns -0 into 0: the content hash sees bits.
  const timeMs = (msPerUnit < 1 ? Number(text) / 1000 : Number(text) * msPerUnit) + 0;
  return Number.isInteger(timeMs) ? timeMs : Number.NaN;
}

function calendarMs(text: string): number {
  const match = CALENDAR.exec(text);
  if (match === null) return Number.NaN;
  const year = Number(match[1]);
  const month = Number(match[3]);
  const day = Number(match[4]);
  if (year < 100 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
    return Number.NaN;
  }
  const dayMs = Date.UTC(year, month - 1, day);
  return match[5] === undefined ? dayMs : dayMs + clockMs(match) - zoneMs(match[9]);
}

function clockMs(match: RegExpExecArray): number {
  const hours = Number(match[5]);
  const minutes = Number(match[6]);
  const seconds = match[7] === undefined ? 0 : Number(match[7]);
  if (hours > 23 || minutes > 59 || seconds > 59) return Number.NaN;
  const fraction = match[8] ?? "";
  // A bar opens on a whole minute: a fraction finer than a millisecond is an error, not something
  // to round.
  if (/[1-9]/.test(fraction.slice(3))) return Number.NaN;
  const ms = Number(fraction.slice(0, 3).padEnd(3, "0"));
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
}

function zoneMs(zone: string | undefined): number {
  if (zone === undefined || !/^[+-]/.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = zone.length > 3 ? Number(zone.slice(-2)) : 0;
  if (hours > 23 || minutes > 59) return Number.NaN;
  return (zone[0] === "-" ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function daysInMonth(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : DAYS_IN_MONTH[month - 1];
}
