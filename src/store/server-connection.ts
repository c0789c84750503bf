import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { ServerSocket } from "./server-socket.ts";

const CONNECT_TIMEOUT_MS = 5_000;
/** A query that takes longer is given up with its connection: the network ate the answer. */
const QUERY_TIMEOUT_MS = 60_000;
/**
 * A process that hangs in the middle of a transaction holds a run's lock: after so long the server
 * ends it, and others go on.
 */
const IDLE_IN_TRANSACTION_MS = 10_000;
const KEEP_ALIVE_MS = 10_000;

/** How every connection to a server is made. */
export function connectionOf(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: "sweepline",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    stream: () => new ServerSocket(),
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  };
}

interface Channel {
  readonly name: string;
  readonly onNotification: (payload: string) => void;
  readonly onGap: () => void;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

/** Listens on a connection of its own, which is made anew as often as it is lost. */
export class ServerListener {
  readonly #url: string;
  readonly #channels: Channel[] = [];
  readonly #closed = new AbortController();
  #client: Promise<pg.Client> | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  /** `onGap` is called when the connection was lost and is back. */
  async listen(
    name: string,
    onNotification: (payload: string) => void,
    onGap: () => void,
  ): Promise<void> {
    this.#channels.push({ name, onNotification, onGap });
    this.#client ??= this.#connect();
    await (await this.#client).query(`listen ${pg.escapeIdentifier(name)}`);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    const client = await this.#client?.catch(() => null);
    await client?.end();
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(connectionOf(this.#url));
    client.on("notification", ({ channel, payload }) => {
      for (const { name, onNotification } of this.#channels) {
        if (name === channel) onNotification(payload ?? "");
      }
    });
    // It is followed by the end, which is where something is done.
    client.on("error", () => {});
    await client.connect();
    client.once("end", () => {
      if (!this.#closed.signal.aborted) this.#client = this.#again();
    });
    return client;
  }

  /** Until the server is there again, or nobody listens any more. */
  async #again(): Promise<pg.Client> {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      await sleep(waitMs, undefined, { signal: this.#closed.signal });
      try {
        const client = await this.#connect();
        for (const { name } of this.#channels) {
          await client.query(`listen ${pg.escapeIdentifier(name)}`);
        }
        for (const { onGap } of this.#channels) onGap();
        return client;
      } catch {
        // Not yet.
      }
    }
  }
}
