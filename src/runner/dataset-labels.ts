import { type Complaint, complaint, UserError } from "../core/user-error.ts";

/**
 * The instrument is part of a dataset's identity; where none is named, the same file is still one
 * dataset.
 */
export const UNNAMED_INSTRUMENT = "unnamed";
const MAX_NAME_CHARACTERS = 200;

export interface DatasetLabels {
  readonly name: string;
  /** `UNNAMED_INSTRUMENT` when absent. */
  readonly instrument?: string;
}

/** Names as they are kept; a UserError for unusable ones. */
export function checkLabels(labels: DatasetLabels): Required<DatasetLabels> {
  const { name, instrument = UNNAMED_INSTRUMENT } = labels;
  const faults = [labelFault("name", name), labelFault("instrument", instrument)];
  if (/^[0-9a-f]{64}$/i.test(name)) {
    faults.push(complaint("name", "looks like a content hash", name, "any other text"));
  }
  const complaints = faults.filter((fault) => fault !== null);
  if (complaints.length > 0) throw new UserError("VALIDATION", complaints);
  return { name, instrument };
}

function labelFault(path: string, text: string): Complaint | null {
  const isPlain =
    text.trim() === text && text !== "" && !/\p{Cc}/u.test(text) && text.isWellFormed();
  if (isPlain && text.length <= MAX_NAME_CHARACTERS) return null;
  const bound = `1 to ${MAX_NAME_CHARACTERS} printable characters, no space at either end`;
  return complaint(path, "not a usable name", text, bound);
}
