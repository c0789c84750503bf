import type pg from "pg";

const MIB = 2 ** 20;
/** From here on the log is dropped as soon as nobody has the session or waits for it. */
const DUE_BYTES = 16 * MIB;
/** From here on at once. */
const URGENT_BYTES = 32 * MIB;
/** How much is asked of the database between two looks; a statement without much counts as well. */
const LOOK_BYTES = 4 * MIB;
const STATEMENT_BYTES = 16 * 2 ** 10;

/** Segments of 16 MiB: what is left of a log that was dropped is written over, up to so many. */
export const LOG_SETTINGS = ["min_wal_size=32MB", "max_wal_size=64MB"];

/** The statement that drops it. */
export const CHECKPOINT = "checkpoint";

/** What would be done again after a kill. */
const LENGTH = `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::float8 as bytes
  from pg_control_checkpoint()`;

/**
 * The write-ahead log of the embedded database, kept short: the files of the tables are brought up
 * to what it says, and it is dropped. A server has a process for that (its checkpointer); the
 * engine alone does it when it is closed.
 */
export class DatabaseLog {
  readonly #pool: pg.Pool;
  readonly #onFault: (error: Error) => void;
  /** Since the latest look. */
  #asked = 0;
  #looking = false;
  #due = false;
  #dropping = false;
  #closed = false;

  constructor(pool: pg.Pool, onFault: (error: Error) => void) {
    this.#pool = pool;
    this.#onFault = onFault;
    pool.on("release", () => this.#whenAtRest());
  }

  /** Told of every answer to messages of so many bytes. */
  answered(bytes: number): void {
    this.#asked += bytes + STATEMENT_BYTES;
    if (this.#asked < LOOK_BYTES || this.#looking || this.#closed) return;
    this.#asked = 0;
    this.#looking = true;
    void this.#look().finally(() => {
      this.#looking = false;
    });
  }

  /** Nothing is begun any more. */
  close(): void {
    this.#closed = true;
  }

  async #look(): Promise<void> {
    await this.#ask(async () => {
      const { rows } = await this.#pool.query<{ readonly bytes: number }>(LENGTH);
      const [{ bytes }] = rows;
      this.#due = bytes >= DUE_BYTES;
      const { idleCount, totalCount } = this.#pool;
      if (bytes >= URGENT_BYTES) this.#drop();
      else if (idleCount === totalCount) this.#whenAtRest();
    });
  }

  #whenAtRest(): void {
    if (this.#due && this.#pool.waitingCount === 0) this.#drop();
  }

  #drop(): void {
    if (this.#dropping || this.#closed) return;
    this.#due = false;
    this.#dropping = true;
    void this.#ask(() => this.#pool.query(CHECKPOINT)).finally(() => {
      this.#dropping = false;
    });
  }

  /** What fails is tried again after a further look. */
  async #ask(question: () => Promise<unknown>): Promise<void> {
    try {
      await question();
    } catch (error) {
      if (!this.#closed) this.#onFault(error as Error);
    }
  }
}
