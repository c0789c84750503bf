import { randomUUID } from "node:crypto";
import type { Connection } from "./database.ts";
import type { DatabaseWatch } from "./embedded/embedded-database.ts";
import type { JobSink } from "./job-sink.ts";
import { DEFAULT_RETRIES, type RetryPolicy } from "./retries.ts";

/** What a store is opened with besides its database. Chance comes in here and nowhere else. */
export interface StoreSettings extends DatabaseWatch {
  readonly retries: RetryPolicy;
  /** Runs of another version are left to processes of theirs; null does any run. */
  readonly engineVersion: string | null;
  readonly newId: () => string;
  /** In [0, 1): the jitter of waits. */
  readonly random: () => number;
  /** Waiting so long counts for one priority; see ageing.ts. */
  readonly ageingMs: number;
}

export const STORE_DEFAULTS: StoreSettings = {
  retries: DEFAULT_RETRIES,
  engineVersion: null,
  newId: randomUUID,
  random: Math.random,
  watchWait: () => () => {},
  onLogFault: () => {},
  ageingMs: 60_000,
};

/** What the store's statements need besides their arguments. */
export interface StoreContext extends StoreSettings {
  readonly db: Connection;
  /** Null until a queue is attached; recovery sends then what is due. */
  jobs: JobSink | null;
}
