import { GraphQLError } from "graphql";
import { builder } from "../builder.ts";

const ISO_INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

builder.scalarType("DateTime", {
  description: "An instant: ISO 8601 with a zone, or a date alone, which is its midnight in UTC.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339",
  serialize: (value) => value.toISOString(),
  parseValue: (value) => {
    const instant = typeof value === "string" ? parseInstant(value) : null;
    if (instant !== null) return instant;
    throw new GraphQLError(
      `DateTime must be ISO 8601 such as 2024-01-31 or 2024-01-31T12:00:00Z, not ${brief(value)}`,
    );
  },
});

builder.scalarType("SafeInt", {
  description: "A whole number within 2^53 - 1 of zero, exact in a JSON number.",
  serialize: (value) => {
    if (Number.isSafeInteger(value)) return value;
    throw new Error(`not a safe integer: ${value}`);
  },
  parseValue: (value) => {
    if (typeof value === "number" && Number.isSafeInteger(value)) return value;
    throw new GraphQLError(`SafeInt must be a whole number within 2^53 - 1, not ${brief(value)}`);
  },
});

/** GraphQL's Float refuses NaN and infinities; outside the core an undefined number is null. */
export function finiteOrNull(value: number | null | undefined): number | null {
  return value != null && Number.isFinite(value) ? value : null;
}

/** Date itself takes 2024-02-31 for March 2nd, so the day is checked against the calendar. */
function parseInstant(text: string): Date | null {
  const [year, month, day] = ISO_INSTANT.exec(text)?.slice(1, 4).map(Number) ?? [];
  if (year === undefined || month < 1 || month > 12) return null;
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
  const instant = new Date(text);
  return Number.isFinite(instant.getTime()) ? instant : null;
}

function brief(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 80);
}
