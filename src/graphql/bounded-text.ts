import { complaint, UserError } from "../core/user-error.ts";

/** A text argument of 1 to `max` characters, null when left out. Throws UserError with the path. */
export function boundedText(
  text: string | null | undefined,
  path: string,
  max: number,
): string | null {
  if (text == null) return null;
  if (text.length >= 1 && text.length <= max) return text;
  const bound = `1..${max} characters`;
  throw new UserError("VALIDATION", complaint(path, `must have ${bound}`, text, bound));
}
