const DATE_LENGTH = "2024-01-31".length;
export const INSTANT_FORM =
  "ISO date such as 2024-01-31 or 2024-01-31T12:00Z, or UTC epoch milliseconds";

/**
 * A point in time as a user writes it, in UTC epoch milliseconds: ISO 8601, UTC where no zone is
 * given, or these milliseconds. Not finite for anything else, such as a day that its month does
 * not have.
 */
export function instantMs(value: number | string): number {
  return typeof value === "number" ? value : parseIso(value);
}

function parseIso(text: string): number {
  const match = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.exec(
    text,
  );
  const date = text.slice(0, DATE_LENGTH);
  const midnight = Date.parse(date);
  if (match === null || Number.isNaN(midnight)) return Number.NaN;
  if (!new Date(midnight).toISOString().startsWith(date)) return Number.NaN;
  const zoned = match[1] !== undefined || text.length === DATE_LENGTH ? text : `${text}Z`;
  return Date.parse(zoned.replace(" ", "T"));
}
