import type pg from "pg";

/** Signature, flags and length of an extension that nobody uses. */
const HEAD_BYTES = 11 + 4 + 4;
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
    return fieldsOf(await copy.bytes);
  } finally {
    driver.pipeline = pipeline;
    client.release();
  }
}

/** Each row says how many fields it has, here one, and each field its length; -1 ends it all. */
function fieldsOf(all: Buffer): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = HEAD_BYTES; all.readInt16BE(at) === 1; ) {
    const length = all.readInt32BE(at + 2);
    at += 6;
    if (length === NULL_LENGTH) continue;
    found.push(all.subarray(at, at + length));
    at += length;
  }
  return found;
}

/** A statement that copies out, as the driver asks for it: its own has no place for the data. */
class Copy implements pg.Submittable {
  readonly text: string;
  readonly bytes: Promise<Buffer>;
  /** The driver puts one here that ends its timer of the statement. */
  callback?: (error: Error | null) => void;
  readonly #chunks: Buffer[] = [];
  readonly #resolve: (bytes: Buffer) => void;
  readonly #reject: (error: Error) => void;

  constructor(text: string) {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    this.bytes = promise;
    this.text = text;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: pg.Connection): void {
    connection.query(this.text);
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    // A view of the driver's buffer, in which what comes next may take its place.
    this.#chunks.push(Buffer.from(chunk));
  }

  handleCommandComplete(): void {}

  handleError(error: Error): void {
    this.callback?.(error);
    this.#reject(error);
  }

  handleReadyForQuery(): void {
    this.callback?.(null);
    this.#resolve(Buffer.concat(this.#chunks));
  }
}
