/**
 * One session of the embedded database, spoken to in PostgreSQL's protocol: the only one that a
 * data directory may have.
 */
export interface EmbeddedSession {
  /** Whole messages of a client in, all that the database answers out. Rejects when it is dead. */
  answer(messages: Uint8Array): Promise<Uint8Array>;
  /** What the engine holds. */
  readonly memoryBytes: number;
  /** Ends it in good order; what was asked before is answered first. */
  close(): Promise<void>;
  /** Ends it wherever it is. What was committed is there when it is opened again. */
  kill(): Promise<void>;
}
