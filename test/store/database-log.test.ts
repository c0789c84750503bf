import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { PGLITE } from "../support/databases.ts";

const MIB = 2 ** 20;
/** Files of PostgreSQL's write-ahead log. */
const SEGMENT_BYTES = 16 * MIB;
/** What is dropped at the latest, what is written meanwhile, and files to go on with. */
const MAX_BYTES = 64 * MIB;

describe("the embedded database's log", () => {
  let made: Awaited<ReturnType<typeof PGLITE.create>>;
  let database: Database;
  const faults: Error[] = [];
  const ask = async (text: string, values?: unknown[]) =>
    (await database.pool.query(text, values)).rows;
  const open = () => openDatabase(made.location, { onLogFault: (error) => faults.push(error) });

  beforeAll(async () => {
    made = await PGLITE.create();
    database = await open();
    await ask("create table written (bytes bytea)");
    await ask("alter table written alter bytes set storage external");
  });
  afterAll(async () => {
    await database.close();
    await made.drop();
  });

  const onDisk = () => {
    const files = readdirSync(join(made.location.dataDir!, "pg_wal"));
    return files.filter((name) => /^[0-9A-F]{24}$/.test(name)).length * SEGMENT_BYTES;
  };
  /** Bytes that would be done again after a kill. */
  const length = async () => {
    const [{ bytes }] = await ask(`select
      pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::float8 as bytes
      from pg_control_checkpoint()`);
    return bytes;
  };
  /** The most that was on disk meanwhile. */
  const write = async (mebibytes: number) => {
    const bytes = new Uint8Array(MIB).fill(1);
    let most = 0;
    for (let i = 0; i < mebibytes; i++) {
      await ask("insert into written values ($1)", [bytes]);
      most = Math.max(most, onDisk());
    }
    return most;
  };

  it("stays short, whoever writes how much, and whether or not anybody else asks", async () => {
    expect(await write(80)).toBeLessThanOrEqual(MAX_BYTES);
    // Others have the session all the time.
    let goesOn = true;
    const goOn = async () => {
      while (goesOn) await ask("select 1");
    };
    const others = [goOn(), goOn(), goOn()];
    const most = await write(80);
    goesOn = false;
    await Promise.all(others);
    expect(most).toBeLessThanOrEqual(MAX_BYTES);
    expect(await length()).toBeLessThan(MAX_BYTES);
    expect(faults).toEqual([]);
  });

  it("fails nobody who writes where it cannot be dropped, and is short again later", async () => {
    await ask("create role nobody; grant all on all tables in schema public to nobody");
    await ask("set role nobody");
    expect(await write(80)).toBeGreaterThan(MAX_BYTES);
    expect(faults[0]).toMatchObject({ code: "42501" });
    await ask("reset role");
    await write(40);
    expect(await length()).toBeLessThan(MAX_BYTES);
    expect(onDisk()).toBeLessThanOrEqual(MAX_BYTES);
    faults.length = 0;
  });

  it("is left alone once the database is closed, and whole when it is opened again", async () => {
    // By then it is due or being dropped.
    await write(18);
    await database.close();
    database = await open();
    expect(await ask("select count(*)::int as n from written")).toEqual([{ n: 298 }]);
    expect(faults).toEqual([]);
  });
});
