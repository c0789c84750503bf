import { UserError } from "../core/user-error.ts";
import type { RunError } from "../store/records.ts";

/** Something that went wrong while a run was worked on; for the log of the process. */
export interface RunFault {
  /** Null for faults of the runner itself. */
  readonly runId: string | null;
  readonly what: string;
  readonly error: unknown;
}

/** The error that a run shows to its user. */
export function runErrorOf(error: unknown): RunError {
  if (error instanceof UserError) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { code: "INTERNAL", message };
}
