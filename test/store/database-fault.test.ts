import { Writable } from "node:stream";
import { sql } from "drizzle-orm";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loggedError } from "../../src/monitoring/logged-error.ts";
import { runErrorOf } from "../../src/runner/run-fault.ts";
import { databaseFaultOf } from "../../src/store/database-fault.ts";
import { type OpenStore, openStore } from "../../src/store/open.ts";
import { onBothDatabases } from "../support/databases.ts";

const SECRET = "s3cret-9f31";

onBothDatabases("an error of the database", (database) => {
  let store: OpenStore;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const made = await database.create();
    drop = made.drop;
    store = await openStore(made.location);
  });

  afterAll(async () => {
    await store?.close();
    await drop?.();
  });

  /** Statements that fail, each with a value of its own; what is told of them. */
  const failing = [
    [sql`select claim_chunks(${SECRET})`, { statement: "claim_chunks", sqlState: "42883" }],
    [
      sql`update runs set state = 'DONE', owner = ${SECRET} where nothing`,
      { statement: "update runs", sqlState: "42703" },
    ],
    [
      sql`insert into "tokens" ("id", "hash") values (${SECRET}, 'short')`,
      { statement: "insert tokens" },
    ],
  ] as const;

  it("is told and logged without the values of its statement", async () => {
    for (const [statement, told] of failing) {
      const error = await store.database.db.execute(statement).catch((thrown: unknown) => thrown);
      const fault = databaseFaultOf(error);
      expect(fault).toMatchObject({ ...told, code: null, message: expect.stringMatching(/\w/) });
      expect(fault!.sqlState).toMatch(/^[0-9A-Z]{5}$/);
      expect(runErrorOf(error)).toMatchObject({ code: "DATABASE" });
      const line = logLine(error);
      const { err } = JSON.parse(line);
      expect(Object.keys(err).sort()).toEqual(["message", "sqlState", "statement", "type"]);
      for (const text of [line, runErrorOf(error).message]) expect(text).not.toContain(SECRET);
    }
  });
});

it("of anything else is told with its stack and its causes, and nothing that hangs on it", () => {
  const cause = Object.assign(new Error("disk"), { code: "ENOSPC", buffer: SECRET });
  const error = new Error("cannot write", { cause });
  expect(databaseFaultOf(error)).toBeNull();
  expect(databaseFaultOf("text")).toBeNull();
  const { err } = JSON.parse(logLine(error));
  expect(err).toMatchObject({
    ...{ type: "Error", message: "cannot write", stack: expect.stringContaining("at ") },
    cause: { type: "Error", message: "disk", code: "ENOSPC" },
  });
  expect(JSON.stringify(err)).not.toContain(SECRET);
});

it("that kept it from answering is told by its code where it has no words", () => {
  const refused = Object.assign(new Error(""), { code: "ECONNREFUSED" });
  const asked = Object.assign(new Error("Failed query", { cause: refused }), { query: "begin" });
  const told = { message: "ECONNREFUSED", code: "ECONNREFUSED", sqlState: null };
  expect(databaseFaultOf(asked)).toEqual({ ...told, statement: "begin" });
});

function logLine(err: unknown): string {
  let text = "";
  const to = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  pino({ serializers: { err: loggedError } }, to).error({ err }, "fault");
  return text;
}
