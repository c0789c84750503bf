import type { ChunkRecord } from "../store/records.ts";
import type { ClaimedEnd } from "../store/store.ts";

/** Something a process has done for a run; for its log and its meters. */
export type RunStep =
  | {
      readonly kind: "chunk";
      /** RELEASED: given back in good order. FAILED: given back after a fault. */
      readonly what: "CLAIMED" | "STORED" | "PARTIAL" | "RELEASED" | "FAILED";
      readonly chunk: ChunkRecord;
      readonly scored: number;
      /** Since it was claimed. */
      readonly elapsedMs: number;
    }
  | {
      readonly kind: "end";
      readonly runId: string;
      readonly work: ClaimedEnd["work"];
      readonly elapsedMs: number;
    };
