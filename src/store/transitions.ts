import type { ChunkState, RunStage, RunState } from "./records.ts";

/**
 * The state machines, once. A run waits as QUEUED, works as RUNNING, may be PAUSED from either and
 * goes back to the one it came from; it ends as SUCCEEDED, FAILED, CANCELLED or TIMED_OUT, and all
 * ends but success may be QUEUED again by a retry. The database holds the same tables as triggers,
 * so that no client, whatever its version, can write anything else.
 */
export const RUN_TRANSITIONS: Readonly<Record<RunState, readonly RunState[]>> = {
  QUEUED: ["RUNNING", "PAUSED", "FAILED", "CANCELLED", "TIMED_OUT"],
  RUNNING: ["PAUSED", "SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT"],
  PAUSED: ["QUEUED", "RUNNING", "FAILED", "CANCELLED", "TIMED_OUT"],
  SUCCEEDED: [],
  FAILED: ["QUEUED"],
  CANCELLED: ["QUEUED"],
  TIMED_OUT: ["QUEUED"],
};

/**
 * A chunk is taken (RUNNING), given back (PENDING) and stored (DONE, or PARTIAL when it was
 * stopped). PENDING to DONE is a worker whose lease ran out and who finished all the same; a retry
 * redoes PARTIAL. The database lets a chunk go with its run only, and keeps its place and range:
 * one that was taken away could be made again in a state that this table does not lead to.
 */
export const CHUNK_TRANSITIONS: Readonly<Record<ChunkState, readonly ChunkState[]>> = {
  PENDING: ["RUNNING", "DONE"],
  RUNNING: ["PENDING", "DONE", "PARTIAL"],
  PARTIAL: ["PENDING"],
  DONE: [],
};

/**
 * Stages follow one another and none is gone back to: a retry goes on in the stage it finds. Runs
 * begin in the first. A run that has ended keeps its stage, and only such a run may be deleted.
 */
export const STAGE_TRANSITIONS: Readonly<Record<RunStage, readonly RunStage[]>> = {
  STAGE_A: ["STAGE_B"],
  STAGE_B: ["FINALIZING"],
  FINALIZING: [],
};

/** States that a run enters from one stage only: what succeeds has all of both stages stored. */
export const STAGE_BEFORE: Readonly<Partial<Record<RunState, RunStage>>> = {
  SUCCEEDED: "FINALIZING",
};

/** Argument list of the trigger function: every allowed pair as `FROM>TO`. */
export function transitionPairs<S extends string>(
  table: Readonly<Record<S, readonly S[]>>,
): string[] {
  return Object.entries<readonly S[]>(table).flatMap(([from, all]) =>
    all.map((to) => `${from}>${to}`),
  );
}
