import type { Worker } from "node:worker_threads";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { isOutage } from "../../src/store/outage.ts";
import { PGLITE } from "../support/databases.ts";

describe("the embedded database", () => {
  let made: Awaited<ReturnType<typeof PGLITE.create>>;
  let database: Database;
  const threads: Worker[] = [];
  const began = (thread: Worker) => threads.push(thread);
  const ask = async (text: string) => (await database.pool.query(text)).rows;

  beforeAll(async () => {
    made = await PGLITE.create();
    process.on("worker", began);
    database = await openDatabase(made.location);
    await ask("create table seen (n int primary key)");
  });
  afterAll(async () => {
    process.off("worker", began);
    await database.close();
    // -1 is what a thread has that is gone.
    expect(threads.map((thread) => thread.threadId)).toEqual(threads.map(() => -1));
    await made.drop();
  });

  it("lets the event loop turn while it works", async () => {
    let turns = 0;
    // A busy machine may give it no turn in a tenth of a second: then it works for longer.
    for (let seconds = 0.1; turns < 2 && seconds < 60; seconds *= 2) {
      turns = 0;
      const turning = setInterval(() => turns++, 1);
      await ask(`select pg_sleep(${seconds})`);
      clearInterval(turning);
    }
    expect(turns).toBeGreaterThan(1);
  });

  it("says what was wrong with a statement, and keeps its session", async () => {
    await ask("insert into seen values (1)");
    await ask("set application_name to 'kept'");
    await expect(ask("insert into seen values (1)")).rejects.toMatchObject({
      code: "23505",
      severity: "ERROR",
      constraint: "seen_pkey",
      detail: "Key (n)=(1) already exists.",
    });
    await expect(ask("selec")).rejects.toMatchObject({ code: "42601", position: "1" });
    expect(await ask("show application_name")).toEqual([{ application_name: "kept" }]);
    expect(threads).toHaveLength(1);
  });

  it("leaves nobody a transaction that another left open", async () => {
    const several = "begin; insert into seen values (2); select 1 / 0; commit";
    await expect(ask(several)).rejects.toMatchObject({ code: "22012" });
    expect(await ask("select n from seen")).toEqual([{ n: 1 }]);
    const cancelled = database.db.transaction(async (tx) => {
      await tx.execute(sql`insert into seen values (3)`);
      throw new Error("not after all");
    });
    await expect(cancelled).rejects.toThrow("not after all");
    expect(await ask("select n from seen")).toEqual([{ n: 1 }]);
  });

  it("asks on without waiting for answers, and each statement fails for itself", async () => {
    const thread = threads.at(-1)!;
    const passed: string[] = [];
    const post = thread.postMessage;
    thread.postMessage = (...message: Parameters<typeof post>) => {
      passed.push("question");
      post.apply(thread, message);
    };
    const heard = () => passed.push("answer");
    thread.on("message", heard);
    const asked = ["select 1 as n", "select 1 / 0", "select 3 as n"].map(ask);
    const answers = await Promise.allSettled(asked);
    thread.postMessage = post;
    thread.off("message", heard);
    expect(passed).toEqual([...Array(3).fill("question"), ...Array(3).fill("answer")]);
    expect(answers).toMatchObject([
      { value: [{ n: 1 }] },
      { reason: { code: "22012" } },
      { value: [{ n: 3 }] },
    ]);
  });

  it("answers who asks for little before the next of several long statements", async () => {
    const answered: string[] = [];
    const long = async (name: string) => {
      const bytes = new Uint8Array(100_000);
      await database.pool.query("select octet_length($1::bytea)", [bytes]);
      answered.push(name);
    };
    const short = async () => {
      await ask("select 1 as n");
      answered.push("short");
    };
    await Promise.all([long("first"), long("second"), long("third"), short()]);
    expect(answered.indexOf("short")).toBeLessThan(answered.indexOf("second"));
  });

  it("gives a transaction the session alone, whoever goes on asking", async () => {
    let open = true;
    const seen: unknown[] = [];
    const goOn = async () => {
      while (open) seen.push(await ask("select n from seen where n > 4"));
    };
    const asking = [goOn(), goOn(), goOn()];
    const undone = database.db.transaction(async (tx) => {
      await tx.execute(sql`insert into seen values (5)`);
      await tx.execute(sql`select pg_sleep(0.01)`);
      throw new Error("not after all");
    });
    await expect(undone).rejects.toThrow("not after all");
    open = false;
    await Promise.all(asking);
    expect(seen.flat()).toEqual([]);
    expect(seen.length).toBeGreaterThan(0);
  });

  it("is there again after its thread died, with what was committed and who listens", async () => {
    const heard: string[] = [];
    let gaps = 0;
    await database.listen(
      "news",
      (payload) => heard.push(payload),
      () => gaps++,
    );
    await ask("notify news, 'before'");
    const lost = database.db.transaction(async (tx) => {
      await tx.execute(sql`insert into seen values (4)`);
      const waits = tx.execute(sql`select pg_sleep(60)`);
      void threads.at(-1)?.terminate();
      await waits;
    });
    const queued = ask("select n from seen");
    const error = await lost.catch((error: unknown) => error);
    expect(isOutage(error)).toBe(true);
    expect(await queued).toEqual([{ n: 1 }]);
    await ask("notify news, 'after'");
    expect({ heard, gaps }).toEqual({ heard: ["before", "after"], gaps: 1 });
    expect(threads).toHaveLength(2);
  });

  it("is there again after its engine died", async () => {
    await ask(`create function endless(n int) returns int language plpgsql as
      $$ begin return endless(n + 1); end $$`);
    const error = await ask("select endless(1)").catch((error: unknown) => error);
    expect(isOutage(error)).toBe(true);
    expect(error).toMatchObject({ message: expect.stringContaining("call stack") });
    expect(await ask("select n from seen")).toEqual([{ n: 1 }]);
    expect(threads).toHaveLength(3);
  });
});
