import pg from "pg";
import { expect, it } from "vitest";
import { migrateServer } from "../../src/store/migrate.ts";
import { isOutage } from "../../src/store/outage.ts";
import { POSTGRES } from "../support/databases.ts";

const ROUNDS = 40;
const TERMINATE = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`;

it("a connection that ends at any moment of a migration is an outage, and no crash", async () => {
  const { location, drop } = await POSTGRES.create();
  const other = new pg.Client(location.url);
  let outages = 0;
  try {
    await other.connect();
    for (let round = 0; round < ROUNDS; round++) {
      let over = false;
      const ended = migrateServer(location.url!)
        .then(
          () => null,
          (error: unknown) => error,
        )
        .finally(() => {
          over = true;
        });
      while (!over) await other.query(TERMINATE);
      const error = await ended;
      if (error === null) continue;
      expect(isOutage(error), String(error)).toBe(true);
      outages++;
    }
    expect(outages).toBeGreaterThan(0);
  } finally {
    await other.end();
    await drop();
  }
});
