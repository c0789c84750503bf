import { type Complaint, complaint } from "../core/user-error.ts";

/** No request is nested as deep; an object that holds itself is. */
const MAX_DEPTH = 10;

/** PostgreSQL text holds neither NUL nor half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

/** Every text anywhere in an input that no database could keep, by its dotted path. */
export function textFaults(input: unknown, path: readonly string[] = []): Complaint[] {
  if (typeof input === "string") {
    if (isStorable(input)) return [];
    const bound = "Unicode without NUL";
    return [complaint(path.join("."), "must be text", JSON.stringify(input), bound)];
  }
  if (input === null || typeof input !== "object" || path.length > MAX_DEPTH) return [];
  return Object.entries(input).flatMap(([name, value]) => textFaults(value, [...path, name]));
}
