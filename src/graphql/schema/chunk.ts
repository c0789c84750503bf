import type { ChunkRecord, RunError } from "../../store/records.ts";
import { builder } from "../builder.ts";
import { connectionType } from "./connection.ts";
import { ChunkStateEnum, RunStageEnum } from "./enums.ts";

/** The parts that a run is scored in: each is stored as a whole, and done again as a whole. */

export const RunErrorType = builder.objectRef<RunError>("RunError").implement({
  description: "Why a run FAILED or TIMED_OUT, or an attempt at a chunk failed.",
  fields: (t) => ({ code: t.exposeString("code"), message: t.exposeString("message") }),
});

const ChunkType = builder.objectRef<ChunkRecord>("Chunk").implement({
  description: "A contiguous part of a stage.",
  fields: (t) => ({
    stage: t.expose("stage", { type: RunStageEnum }),
    no: t.exposeInt("no", { description: "From 0 in its stage." }),
    from: t.expose("from", {
      type: "SafeInt",
      description: "First variant or shortlist position.",
    }),
    to: t.expose("to", { type: "SafeInt", description: "End, exclusive." }),
    state: t.expose("state", { type: ChunkStateEnum }),
    attempts: t.exposeInt("attempts", {
      description: "How often it was begun, without those that were given back in good order.",
    }),
    scored: t.expose("scored", { type: "SafeInt", description: "Variants reported or stored." }),
    worker: t.exposeString("worker", {
      nullable: true,
      description: "The process that works on it, or that has stored it.",
    }),
    leaseUntil: t.expose("leaseUntil", {
      type: "DateTime",
      nullable: true,
      description: "When its worker is taken for dead, unless it is heard of.",
    }),
    retryAt: t.expose("retryAt", {
      type: "DateTime",
      nullable: true,
      description: "After a failed attempt: when the next may begin.",
    }),
    error: t.expose("error", {
      type: RunErrorType,
      nullable: true,
      description: "Why the last failed attempt failed.",
    }),
  }),
});

export const ChunkConnection = connectionType("Chunk", ChunkType);
