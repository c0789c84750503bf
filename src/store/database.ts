import { setTimeout as sleep } from "node:timers/promises";
import { drizzle } from "drizzle-orm/node-postgres";
import type { PgAsyncDatabase, PgAsyncTransaction, PgQueryResultHKT } from "drizzle-orm/pg-core";
import type pg from "pg";
import { lockDataDir } from "./data-dir-lock.ts";
import {
  type DatabaseWatch,
  EmbeddedDatabase,
  type EmbeddedPlace,
} from "./embedded/embedded-database.ts";
import { ThreadSession } from "./embedded/thread-session.ts";
import { layOutDataDir } from "./embedded-template.ts";
import { migrateEmbedded, migrateServer } from "./migrate.ts";
import { isOutage } from "./outage.ts";
import { connectionOf, ServerListener } from "./server-connection.ts";
import { WatchedPool, type WatchWait } from "./watched-waits.ts";

/** Everything in this room is written against it. */
export type Connection = PgAsyncDatabase<PgQueryResultHKT>;
export type Transaction = PgAsyncTransaction<PgQueryResultHKT>;

export interface DatabaseLocation extends EmbeddedPlace {
  /** A PostgreSQL URL. Without one the embedded database is used. */
  readonly url?: string;
}

export interface Database {
  readonly backend: "pglite" | "postgres";
  readonly db: Connection;
  /** Connections of both: one of the embedded database. */
  readonly pool: pg.Pool;
  /** What only the embedded database can tell. */
  readonly embedded: Pick<EmbeddedDatabase, "memoryBytes"> | null;
  /** The server's URL, for the queue that opens connections of its own. */
  readonly url: string | null;
  /**
   * `onGap` is called when notifications may have been missed (the connection was lost and is
   * back).
   */
  listen(
    channel: string,
    onNotification: (payload: string) => void,
    onGap: () => void,
  ): Promise<void>;
  close(): Promise<void>;
}

/** Opens and migrates. A server may go and come back: connections are made anew. */
export function openDatabase(
  location: DatabaseLocation,
  watch: Partial<DatabaseWatch> = {},
): Promise<Database> {
  const { url, ...place } = location;
  const { watchWait = () => () => {}, onLogFault = () => {} } = watch;
  const isEmbedded = url === undefined;
  return isEmbedded ? openEmbedded(place, { watchWait, onLogFault }) : openServer(url, watchWait);
}

async function openEmbedded(place: EmbeddedPlace, watch: DatabaseWatch): Promise<Database> {
  const { dataDir } = place;
  const unlock = dataDir === undefined ? () => {} : await lockDataDir(dataDir);
  const embedded = new EmbeddedDatabase(place, watch);
  try {
    if (dataDir !== undefined) await layOutDataDir(dataDir, initialise);
    const { pool } = embedded;
    const db = drizzle({ client: pool });
    await migrateEmbedded(db);
    return {
      backend: "pglite",
      ...{ db, pool, embedded },
      url: null,
      listen: (name, onNotification, onGap) => embedded.listen({ name, onNotification, onGap }),
      close: async () => {
        await embedded.close();
        unlock();
      },
    };
  } catch (error) {
    await embedded.close();
    unlock();
    throw error;
  }
}

async function initialise(folder: string): Promise<void> {
  const session = await ThreadSession.open(folder);
  await session.close();
}

/** What closing waits for a server. */
const CLOSE_MS = 3_000;

/** Who reads it in a log of many processes knows what to look at; the URL may have a password. */
function unanswered(url: string, cause: Error): Error {
  const where = URL.canParse(url) ? new URL(url).host : "";
  const at = where === "" ? "" : ` at ${where}`;
  return new Error(`the database${at} does not answer: ${cause.message}`, { cause });
}

async function openServer(url: string, watch: WatchWait): Promise<Database> {
  await migrateServer(url).catch((error: unknown) => {
    throw isOutage(error) ? unanswered(url, error as Error) : error;
  });
  const client = new WatchedPool({ ...connectionOf(url), max: 8 }, watch);
  // A connection that breaks while nobody uses it; whoever asks next gets another.
  client.on("error", () => {});
  const listener = new ServerListener(url);
  return {
    backend: "postgres",
    db: drizzle({ client }),
    pool: client,
    embedded: null,
    url,
    listen: (channel, onNotification, onGap) => listener.listen(channel, onNotification, onGap),
    close: async () => {
      const ended = Promise.all([listener.close(), client.end()]);
      // One that does not answer is left: its connections go with the process.
      const over = new AbortController();
      const late = sleep(CLOSE_MS, undefined, { signal: over.signal }).catch(() => {});
      await Promise.race([ended, late]);
      over.abort();
    },
  };
}
