import type { StageName } from "../core/stages/sweep.ts";
import type { Connection } from "./database.ts";

/**
 * A hint at work that may be due. Losing one or getting one twice does no harm: rows of runs and
 * chunks say what is to be done, and recovery sends hints again.
 */
export type WorkHint =
  | {
      readonly kind: "chunk";
      readonly runId: string;
      readonly stage: StageName;
      readonly no: number;
      /** After a failed attempt: a job before then would find nothing to take. */
      readonly notBefore: Date | null;
    }
  /** A stage is complete, or the run is to stop: merge, or write the results. */
  | { readonly kind: "end"; readonly runId: string; readonly notBefore: Date | null };

/** Where a run stands in the queue, and what those who fetch have to know of it. */
export interface QueuePlace {
  /** The higher the sooner; see priorities.ts. */
  readonly priority: number;
  /** Within a priority, the lower the sooner. */
  readonly place: number;
  /** Goes before all that are not. */
  readonly lifted: boolean;
  /** Threads that the run asks for; null is all. */
  readonly workers: number | null;
}

/** The queue as the store sees it: sends and settles in the store's transactions, if in any. */
export interface JobSink {
  /** A hint that is queued already, lifted or not, is not queued twice. */
  send(tx: Connection, hints: readonly WorkHint[], place: QueuePlace): Promise<void>;
  /** Removes what is queued for a run that has ended or rests. */
  discard(tx: Connection, runId: string): Promise<void>;
  /** Removes every job of a run, settled ones too. */
  forget(tx: Connection, runId: string): Promise<void>;
}
