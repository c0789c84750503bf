import { complaint, UserError } from "../core/user-error.ts";
import { isStorable } from "../plan/storable-text.ts";

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

/** A number above 0, null when left out. Throws UserError with the path. */
export function positive(value: number | null | undefined, path: string): number | null {
  if (value == null || value > 0) return value ?? null;
  throw new UserError("VALIDATION", complaint(path, "must be above 0", value, "> 0"));
}

/** A number at or above 0, null when left out. Throws UserError with the path. */
export function notNegative(value: number | null | undefined, path: string): number | null {
  if (value == null || value >= 0) return value ?? null;
  throw new UserError("VALIDATION", complaint(path, "must be at or above 0", value, ">= 0"));
}
