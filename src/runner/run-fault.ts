import { UserError } from "../core/user-error.ts";
import { ThreadOutOfMemory } from "../pool/thread-memory.ts";
import { databaseFaultOf } from "../store/database-fault.ts";
import type { RunError } from "../store/records.ts";
import type { AttemptFault, ChunkId } from "../store/store.ts";

/** Something that went wrong while a run was worked on; for the log of the process. */
export interface RunFault {
  /** Null for faults of the runner itself. */
  readonly runId: string | null;
  readonly what: string;
  /** Where a chunk is to blame. */
  readonly chunk?: ChunkId;
  readonly error: unknown;
}

/** The error that a run shows to its user. */
export function runErrorOf(error: unknown): RunError {
  if (error instanceof UserError || error instanceof ThreadOutOfMemory) {
    return { code: error.code, message: error.message };
  }
  const fault = databaseFaultOf(error);
  if (fault !== null) return { code: "DATABASE", message: `the database: ${fault.message}` };
  const message = error instanceof Error ? error.message : String(error);
  return { code: "INTERNAL", message };
}

/** The same, with what the number of further attempts depends on. */
export function attemptFault(error: unknown): AttemptFault {
  return { kind: error instanceof UserError ? "USER" : "OPERATION", error: runErrorOf(error) };
}
