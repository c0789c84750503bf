import pg from "pg";
import { WatchedPool } from "../watched-waits.ts";
import { CHECKPOINT } from "./database-log.ts";

/** The session in the hands of all whose statements stand alone. */
interface Lease {
  readonly client: Promise<pg.PoolClient>;
  granted: boolean;
  users: number;
}

/** Several statements in one text, which have a transaction of their own. */
const TRANSACTION = /^\s*begin\b/i;

/** Bytes of parameters from which a statement takes the engine so long that others feel it. */
const LONG_BYTES = 2 ** 16;

/**
 * A pool of the one session. A statement that failed is no reason to let go of it, as it is with
 * connections to a server; a transaction that was left open is.
 *
 * Statements outside of transactions share the session: they go to it one behind the other without
 * waiting for each other's answers, of which each is a way between two threads. A transaction has
 * it alone, in the order in which it was asked for. Of long statements one is under way at a time,
 * so that whoever asks for little waits for one of them at most.
 */
export class SessionPool extends WatchedPool {
  /** Whom further statements join. */
  #lease: Lease | null = null;
  /** The end of the latest long statement. */
  #long: Promise<unknown> = Promise.resolve();

  /** As of a pool; promises are shared, callbacks are not. */
  override query(...question: unknown[]): never {
    const [asked] = question;
    const text = typeof asked === "string" ? asked : (asked as { readonly text?: unknown }).text;
    const isAlone = typeof text !== "string" || TRANSACTION.test(text);
    const calls = question.some((part) => typeof part === "function");
    if (isAlone || calls) return super.query(...(question as [never])) as never;
    return (isLong(question, text) ? this.#shareLong(question) : this.#share(question)) as never;
  }

  #shareLong(question: readonly unknown[]): Promise<unknown> {
    const answer = this.#long.then(() => this.#share(question));
    this.#long = answer.catch(() => {});
    return answer;
  }

  async #share(question: readonly unknown[]): Promise<unknown> {
    const lease = this.#joined();
    try {
      const client = await lease.client;
      return await client.query(...(question as [never]));
    } finally {
      lease.users--;
      if (lease.users === 0) this.#leave(lease);
    }
  }

  /** Whoever comes before the session is there, and then as long as no transaction waits for it. */
  #joined(): Lease {
    const open = this.#lease;
    if (open !== null && (!open.granted || this.waitingCount === 0)) {
      open.users++;
      return open;
    }
    const lease: Lease = { client: this.connect(), granted: false, users: 1 };
    const granted = () => {
      lease.granted = true;
    };
    lease.client.then((client) => {
      granted();
      // Whose statements are under way hear of it by them.
      client.on("error", noted);
    }, granted);
    this.#lease = lease;
    return lease;
  }

  #leave(lease: Lease): void {
    if (this.#lease === lease) this.#lease = null;
    lease.client.then(
      (client) => {
        client.release();
        client.off("error", noted);
      },
      () => {},
    );
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(done: Parameters<pg.Pool["connect"]>[0]): void;
  override connect(done?: Parameters<pg.Pool["connect"]>[0]): Promise<pg.PoolClient> | undefined {
    if (done === undefined) return super.connect().then(kept);
    super.connect((error, client) => {
      if (client !== undefined) kept(client);
      done(error, client, client?.release ?? (() => {}));
    });
  }
}

function noted(): void {}

/** By what it does or its parameters hold, wherever the driver takes them from. */
function isLong([asked, values]: readonly unknown[], text: string): boolean {
  if (text === CHECKPOINT) return true;
  const given = values ?? (asked as { readonly values?: unknown }).values;
  if (!Array.isArray(given)) return false;
  const bytes = given.map((value) => {
    if (ArrayBuffer.isView(value)) return value.byteLength;
    return typeof value === "string" ? value.length : 0;
  });
  return bytes.reduce((sum, one) => sum + one, 0) >= LONG_BYTES;
}

/** When a statement fails the driver hears of it before it hears what became of a transaction. */
function kept(client: pg.PoolClient): pg.PoolClient {
  const release = client.release.bind(client);
  client.release = (fault) => {
    if (fault instanceof pg.DatabaseError || client.getTransactionStatus() !== "I") {
      client.query("rollback").then(() => release(), release);
    } else {
      release(fault);
    }
  };
  return client;
}
