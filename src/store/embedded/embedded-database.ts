import pg from "pg";
import type { WatchWait } from "../watched-waits.ts";
import { DatabaseLog } from "./database-log.ts";
import type { EmbeddedSession } from "./session.ts";
import { SessionPool } from "./session-pool.ts";
import { SessionStream } from "./session-stream.ts";
import { ThreadSession } from "./thread-session.ts";

export interface EmbeddedPlace {
  /** In memory when absent. */
  readonly dataDir?: string | undefined;
  /** On the thread that asks, which it holds up and whose clock it follows: for simulations. */
  readonly onThisThread?: boolean;
}

/** Who is told of what happens beside the statements. */
export interface DatabaseWatch {
  readonly watchWait: WatchWait;
  /** The embedded database's log could not be kept short; it is tried again. */
  readonly onLogFault: (error: Error) => void;
}

/** The engine has one user and one database; the environment names those of servers. */
const WHO = { user: "postgres", database: "postgres", password: "", options: "" } as const;

interface Channel {
  readonly name: string;
  readonly onNotification: (payload: string) => void;
  readonly onGap: () => void;
}

/**
 * The embedded database as a pool of one connection. A session that dies is followed by another as
 * soon as somebody asks.
 */
export class EmbeddedDatabase {
  readonly pool: pg.Pool;
  readonly #place: EmbeddedPlace;
  readonly #log: DatabaseLog | null;
  readonly #channels: Channel[] = [];
  #session: EmbeddedSession | null = null;
  #sessions = 0;
  /** When the directory is nobody's. */
  #free: Promise<void> = Promise.resolve();

  constructor(place: EmbeddedPlace, { watchWait, onLogFault }: DatabaseWatch) {
    this.#place = place;
    this.pool = new SessionPool(
      {
        ...WHO,
        max: 1,
        // It is never too long unused.
        idleTimeoutMillis: 0,
        ssl: false,
        pipeline: true,
        stream: () => this.#stream(),
        onConnect: (client) => this.#connected(client),
      },
      watchWait,
    );
    // A connection that breaks while nobody uses it; whoever asks next gets another.
    this.pool.on("error", () => {});
    // A simulation has no statements but its own.
    this.#log = place.onThisThread ? null : new DatabaseLog(this.pool, onLogFault);
  }

  /** What the engine holds. */
  get memoryBytes(): number {
    return this.#session?.memoryBytes ?? 0;
  }

  /** `onGap` is called when there is another session, which has not heard all. */
  async listen(channel: Channel): Promise<void> {
    this.#channels.push(channel);
    await this.pool.query(`listen ${pg.escapeIdentifier(channel.name)}`);
  }

  /** After all that was asked before. */
  async close(): Promise<void> {
    this.#log?.close();
    while (this.pool.totalCount > 0) {
      const turn = await this.pool.connect().catch(() => null);
      turn?.release();
      if (this.pool.waitingCount === 0) break;
    }
    await this.pool.end();
    await this.#free;
  }

  #stream(): SessionStream {
    const former = this.#free;
    const stream = new SessionStream(
      () => former.then(() => this.#open()),
      (bytes) => this.#log?.answered(bytes),
    );
    this.#free = new Promise((resolve) => stream.once("close", resolve));
    return stream;
  }

  async #open(): Promise<EmbeddedSession> {
    const { dataDir, onThisThread } = this.#place;
    if (dataDir === undefined && this.#sessions > 0) {
      throw new Error("the embedded database died, and it was in memory only");
    }
    this.#session = await (onThisThread ? openHere(dataDir) : ThreadSession.open(dataDir));
    this.#sessions++;
    return this.#session;
  }

  async #connected(client: pg.ClientBase): Promise<void> {
    client.on("notification", ({ channel, payload }) => {
      for (const { name, onNotification } of this.#channels) {
        if (name === channel) onNotification(payload ?? "");
      }
    });
    for (const { name } of this.#channels) {
      await client.query(`listen ${pg.escapeIdentifier(name)}`);
    }
    for (const { onGap } of this.#channels) onGap();
  }
}

/** The engine is loaded by whom it is to run for. */
async function openHere(dataDir: string | undefined): Promise<EmbeddedSession> {
  const { EngineSession } = await import("./engine-session.ts");
  return EngineSession.open(dataDir);
}
