import { z } from "zod";
import { type Complaint, complaint, UserError } from "../core/user-error.ts";
import { type RunRequest, runRequest } from "./request.ts";
import { textFaults } from "./storable-text.ts";

/**
 * Checks the shape of a request and fills in defaults. Throws UserError VALIDATION with every
 * complaint.
 */
export function parseRunRequest(input: unknown): RunRequest {
  const hidden = [...prototypeKeys(input, []), ...textFaults(input)];
  const parsed = runRequest.safeParse(input, { error: knownKeys });
  if (parsed.success && hidden.length === 0) return parsed.data;
  const issues = parsed.error?.issues ?? [];
  const found = issues.flatMap((issue) => complaints(issue, input));
  throw new UserError("VALIDATION", [...hidden, ...found]);
}

/**
 * The message of an unknown key is what is known at its place; everything else keeps zod's words.
 */
function knownKeys(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== "unrecognized_keys" || !(issue.inst instanceof z.ZodObject)) return undefined;
  return Object.keys(issue.inst.shape).join(" | ");
}

/** zod's issue as complaints with value and bound. */
function complaints(issue: z.core.$ZodIssue, input: unknown): Complaint[] {
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys
      .filter((key) => key !== PROTOTYPE_KEY)
      .map((key) => unknownKey([...issue.path, key], input, issue.message));
  }
  if (issue.code === "invalid_key") {
    return [complaint(path, "not a name", issue.path.at(-1), issue.issues[0]?.message)];
  }
  return [complaint(path, issue.message, valueAt(input, issue.path), boundOf(issue))];
}

const PROTOTYPE_KEY = "__proto__";
/** The schema is not deeper; what lies below is unknown as a whole. */
const MAX_DEPTH = 8;

/**
 * A member of this name, as parsed text can have, is unknown everywhere; zod drops it from records
 * in silence.
 */
function prototypeKeys(value: unknown, path: readonly PropertyKey[]): Complaint[] {
  if (value === null || typeof value !== "object" || path.length > MAX_DEPTH) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const at = [...path, key];
    if (key !== PROTOTYPE_KEY) return prototypeKeys(member, at);
    return [complaint(at.join("."), "unknown key", member, "another name")];
  });
}

function unknownKey(path: readonly PropertyKey[], input: unknown, known: string): Complaint {
  return complaint(path.join("."), "unknown key", valueAt(input, path), known);
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function boundOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "too_small":
      return `${issue.inclusive === false ? ">" : ">="} ${issue.minimum}`;
    case "too_big":
      return `${issue.inclusive === false ? "<" : "<="} ${issue.maximum}`;
    case "invalid_type":
      return issue.expected;
    case "invalid_value":
      return issue.values.join(" | ");
    default:
      // Unions and patterns carry a message of their own that says what is expected.
      return issue.message;
  }
}
