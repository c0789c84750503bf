import { setTimeout as sleep } from "node:timers/promises";
import { PGlite, types } from "@electric-sql/pglite";
import { drizzle as drizzlePostgres } from "drizzle-orm/node-postgres";
import type { PgAsyncDatabase, PgAsyncTransaction, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { drizzle as drizzlePglite } from "drizzle-orm/pglite";
import { letOthersThrough } from "./breathing-space.ts";
import { lockDataDir } from "./data-dir-lock.ts";
import { layOutDataDir } from "./embedded-template.ts";
import { migrateEmbedded, migrateServer } from "./migrate.ts";
import { connectionOf, ServerListener } from "./server-connection.ts";
import { WatchedPool, type WatchWait, watchTurns } from "./watched-waits.ts";

/** What both drivers have in common; everything in this room is written against it. */
export type Connection = PgAsyncDatabase<PgQueryResultHKT>;
export type Transaction = PgAsyncTransaction<PgQueryResultHKT>;

export interface DatabaseLocation {
  /** A PostgreSQL URL. Without one the embedded database is used. */
  readonly url?: string;
  /** Directory of the embedded database; in memory when absent. */
  readonly dataDir?: string;
}

export interface Database {
  readonly backend: "pglite" | "postgres";
  readonly db: Connection;
  /** The embedded database, for the queue that shares its one connection. */
  readonly embedded: PGlite | null;
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
  watchWait: WatchWait = () => () => {},
): Promise<Database> {
  const { url, dataDir } = location;
  return url === undefined ? openEmbedded(dataDir, watchWait) : openServer(url, watchWait);
}

/** The driver's own conversion of bytes goes number by number and takes a second for 2 MB. */
const BYTEA_AS_IT_IS = {
  // As they are they travel in binary form, which the driver's types do not tell of.
  serializers: { [types.BYTEA]: (bytes: Uint8Array) => bytes as unknown as string },
  parsers: { [types.BYTEA]: (text: string) => Buffer.from(text.slice(2), "hex") },
};

async function openEmbedded(dataDir: string | undefined, watch: WatchWait): Promise<Database> {
  const unlock = dataDir === undefined ? () => {} : await lockDataDir(dataDir);
  try {
    if (dataDir !== undefined) await layOutDataDir(dataDir, initialise);
    const directory = dataDir === undefined ? {} : { dataDir };
    const client = await PGlite.create({ ...directory, ...BYTEA_AS_IT_IS });
    watchTurns(client, watch);
    letOthersThrough(client);
    const db = drizzlePglite({ client });
    await migrateEmbedded(db);
    return {
      backend: "pglite",
      db,
      embedded: client,
      url: null,
      listen: async (channel, onNotification) => {
        await client.listen(channel, onNotification);
      },
      close: async () => {
        await client.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function initialise(folder: string): Promise<void> {
  const client = await PGlite.create({ dataDir: folder });
  await client.close();
}

/** What closing waits for a server. */
const CLOSE_MS = 3_000;

async function openServer(url: string, watch: WatchWait): Promise<Database> {
  await migrateServer(url);
  const client = new WatchedPool({ ...connectionOf(url), max: 8 }, watch);
  // A connection that breaks while nobody uses it; whoever asks next gets another.
  client.on("error", () => {});
  const listener = new ServerListener(url);
  return {
    backend: "postgres",
    db: drizzlePostgres({ client }),
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
