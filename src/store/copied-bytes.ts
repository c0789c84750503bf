import type pg from "pg";

/** Signature, flags and length of an extension that nobody uses. */
const HEAD_BYTES = 11 + 4 + 4;
/** How many fields a row has, and the length of its only one. */
const [FIELD_COUNT_BYTES, ROW_HEAD_BYTES] = [2, 2 + 4];
const NULL_LENGTH = -1;

/** A run's id as it is made: nothing else is written into a statement. */
const ID = /^[\w-]{1,100}$/;

/** The id, to be written into a query that is copied; throws where it is none. */
export function checkedId(runId: string): string {
  if (!ID.test(runId)) throw new Error(`${JSON.stringify(runId)} is no id of a run`);
  return runId;
}

/**
 * What a query of one bytea column gives, copied in binary: rows have bytes as text of twice the
 * length, which is written, parsed and read again. The query has no parameters. Layout: PostgreSQL,
 * COPY, Binary Format.
 */
export async function copiedBytes(pool: pg.Pool, query: string): Promise<Uint8Array[]> {
  const client = await pool.connect();
  // It has the session alone. A pipeline would refuse what is no query of the driver's own.
  const driver = client as { pipeline: boolean };
  const { pipeline } = driver;
  driver.pipeline = false;
  const copy = new Copy(`copy (${query}) to stdout (format binary)`);
  try {
    client.query(copy);
    return await copy.fields;
  } finally {
    driver.pipeline = pipeline;
    client.release();
  }
}

/**
 * Takes the fields out of what comes, wherever that is cut: each row says how many it has, here
 * one, and each field its length; what ends it all is shorter than the head of a row. A field is
 * copied once, into memory of its own.
 */
export class FieldReader {
  readonly fields: Uint8Array[] = [];
  readonly #rowHead = Buffer.alloc(ROW_HEAD_BYTES);
  /** What is being filled: the head of all, the head of a row, or a field. */
  #target: Uint8Array = Buffer.alloc(HEAD_BYTES);
  #filled = 0;

  read(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + this.#target.length - this.#filled);
      this.#target.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#target.length) this.#next();
    }
  }

  #next(): void {
    this.#filled = 0;
    if (this.#target !== this.#rowHead) {
      this.#target = this.#rowHead;
      return;
    }
    const length = this.#rowHead.readInt32BE(FIELD_COUNT_BYTES);
    if (length === NULL_LENGTH) return;
    const field = new Uint8Array(length);
    this.fields.push(field);
    if (length > 0) this.#target = field;
  }
}

/** A statement that copies out, as the driver asks for it: its own has no place for the data. */
class Copy implements pg.Submittable {
  readonly text: string;
  readonly fields: Promise<Uint8Array[]>;
  /** The driver puts one here that ends its timer of the statement. */
  callback?: (error: Error | null) => void;
  readonly #reader = new FieldReader();
  readonly #resolve: (fields: Uint8Array[]) => void;
  readonly #reject: (error: Error) => void;

  constructor(text: string) {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array[]>();
    this.fields = promise;
    this.text = text;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: pg.Connection): void {
    connection.query(this.text);
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    // A view of the driver's buffer, in which what comes next may take its place.
    this.#reader.read(chunk);
  }

  handleCommandComplete(): void {}

  handleError(error: Error): void {
    this.callback?.(error);
    this.#reject(error);
  }

  handleReadyForQuery(): void {
    this.callback?.(null);
    this.#resolve(this.#reader.fields);
  }
}
