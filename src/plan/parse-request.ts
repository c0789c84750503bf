import type { z } from "zod";
import { type Complaint, complaint, UserError } from "../core/user-error.ts";
import { type RunRequest, runRequest } from "./request.ts";

/** Checks the shape of a request and fills in defaults. Throws UserError VALIDATION with every complaint. */
export function parseRunRequest(input: unknown): RunRequest {
  const parsed = runRequest.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new UserError(
    "VALIDATION",
    parsed.error.issues.flatMap((issue) => complaints(issue, input)),
  );
}

/** zod's issues as complaints with value and bound; also used for service settings. */
export function complaints(issue: z.core.$ZodIssue, input: unknown): Complaint[] {
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) =>
      complaint(
        path === "" ? key : `${path}.${key}`,
        "unknown key",
        valueAt(input, [...issue.path, key]),
      ),
    );
  }
  return [complaint(path, issue.message, valueAt(input, issue.path), boundOf(issue))];
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (value === null || typeof value !== "object") return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function boundOf(issue: z.core.$ZodIssue): string | undefined {
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
      return undefined;
  }
}
