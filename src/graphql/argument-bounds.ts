import { type Complaint, complaint, UserError } from "../core/user-error.ts";

/** A text argument of 1 to `max` characters, null when left out. Throws UserError with the path. */
export function boundedText(
  text: string | null | undefined,
  path: string,
  max: number,
): string | null {
  if (text == null) return null;
  if (text.length >= 1 && text.length <= max && isStorable(text)) return text;
  const bound = `1..${max} characters`;
  throw new UserError("VALIDATION", complaint(path, `must have ${bound}`, text, bound));
}

/** Every text anywhere in an input that no database could keep, by its path below `at`. */
export function textFaults(input: unknown, at: string): Complaint[] {
  if (typeof input === "string") {
    if (isStorable(input)) return [];
    return [complaint(at, "must be text", JSON.stringify(input), "Unicode without NUL")];
  }
  if (Array.isArray(input)) return input.flatMap((item, i) => textFaults(item, `${at}[${i}]`));
  if (typeof input !== "object" || input === null || input instanceof Date) return [];
  return Object.entries(input).flatMap(([name, value]) => textFaults(value, `${at}.${name}`));
}

/** PostgreSQL text holds neither NUL nor half of a surrogate pair. */
function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

/** A number above 0, null when left out. Throws UserError with the path. */
export function positive(value: number | null | undefined, path: string): number | null {
  if (value == null || value > 0) return value ?? null;
  throw new UserError("VALIDATION", complaint(path, "must be above 0", value, "> 0"));
}
