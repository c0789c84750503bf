import type { Connection } from "./database.ts";
import type { JobSink } from "./job-sink.ts";

/** What the store's statements need besides their arguments. */
export interface StoreContext {
  readonly db: Connection;
  /** Null until a queue is attached; recovery sends then what is due. */
  jobs: JobSink | null;
}
