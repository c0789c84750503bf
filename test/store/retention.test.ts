import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { onBothDatabases } from "../support/databases.ts";
import { samplePlan } from "../support/sample-plan.ts";
import { storeOfSuite } from "../support/suite-store.ts";

const NOTHING = { runs: 0, events: 0, datasets: 0, audited: 0 };
const KEEP_ALL = { runDays: null, eventDays: null, datasetDays: null, auditDays: null };

onBothDatabases("retention", (database) => {
  const store = storeOfSuite(database);

  const dataset = async (hash: string, ageDays: number) => {
    const gaps = { count: 0, missingBars: 0, longest: [] } as never;
    const market = { instrument: "X", timeframe: "1h", bars: 1, startMs: 0, endMs: 1 } as const;
    await store().saveDataset({ hash, name: hash, source: "csv", gaps, ...market }, []);
    await store().database.db.execute(sql`update datasets
      set created_at = now() - ${ageDays}::float8 * interval '1 day' where hash = ${hash}`);
  };
  const endedRun = async (ageDays: number, datasetHash = "gone") => {
    const plan = { ...samplePlan(), datasetHash };
    const key = { kernels: "reference", idempotencyKey: null, requestHash: "h" } as const;
    const { run } = await store().createRun({ plan, ...key });
    const id = { runId: run.id, stage: "STAGE_A", no: 0 } as const;
    await store().claimChunk({ ...id, worker: "w", leaseMs: 60_000 });
    await store().reportProgress({
      ...id,
      worker: "w",
      chunks: [{ no: 0, scored: 3 }],
      best: null,
    });
    const end = { state: "FAILED", rows: [], digest: null, error: null } as const;
    await store().finishRun(run.id, end);
    await store().database.db.execute(sql`update runs
      set finished_at = now() - ${ageDays}::float8 * interval '1 day' where id = ${run.id}`);
    return run.id;
  };
  const kindsOf = async (id: string) => (await store().events(id, 0, 100)).map((e) => e.kind);

  it("removes rows of the audit log that are too old", async () => {
    const entry = { owner: "o", tokenId: null, target: null, outcome: "OK", requestId: null };
    for (const action of ["old", "young"]) await store().access.recordAction({ ...entry, action });
    await store().database.db.execute(sql`update audit_log
      set at = now() - interval '10 days' where action = 'old'`);
    expect(await store().removeOld(KEEP_ALL)).toEqual(NOTHING);
    expect(await store().removeOld({ ...KEEP_ALL, auditDays: 7 })).toEqual({
      ...NOTHING,
      audited: 1,
    });
    const { items } = await store().access.listActions({ first: 9, after: null });
    expect(items.map(({ item }) => item.action)).toEqual(["young"]);
  });

  it("removes what has ended and is too old, and nothing that goes on", async () => {
    const [old, young] = [await endedRun(10), await endedRun(1)];
    const key = { kernels: "reference", idempotencyKey: null, requestHash: "h" } as const;
    const { run: going } = await store().createRun({ plan: samplePlan(), ...key });
    await store().database.db.execute(sql`update runs set finished_at = now() - interval '90 days'
      where id = ${going.id}`);
    expect(await store().removeOld(KEEP_ALL)).toEqual(NOTHING);
    expect(await store().removeOld({ ...KEEP_ALL, runDays: 7 })).toEqual({ ...NOTHING, runs: 1 });
    expect(await store().run(old)).toBeNull();
    expect(await store().run(young)).not.toBeNull();
    expect(await store().run(going.id)).not.toBeNull();
    expect(await store().removeOld({ ...KEEP_ALL, runDays: 7 })).toEqual(NOTHING);
  });

  it("removes progress events, and keeps what happened", async () => {
    const id = await endedRun(10);
    expect(await kindsOf(id)).toEqual(["QUEUED", "STARTED", "PROGRESS", "FAILED"]);
    const retention = { ...KEEP_ALL, eventDays: 7 };
    expect(await store().removeOld(retention)).toEqual({ ...NOTHING, events: 1 });
    expect(await kindsOf(id)).toEqual(["QUEUED", "STARTED", "FAILED"]);
  });

  it("removes datasets that no run is about", async () => {
    await dataset("old and used", 30);
    await dataset("old", 30);
    await dataset("young", 1);
    await endedRun(0, "old and used");
    const retention = { ...KEEP_ALL, datasetDays: 7 };
    expect(await store().removeOld(retention)).toEqual({ ...NOTHING, datasets: 1 });
    const left = await store().datasetsByHash(["old and used", "old", "young"]);
    expect(left.map((d) => d.hash).toSorted()).toEqual(["old and used", "young"]);
  });

  it("is done once, however many processes do it", async () => {
    for (let i = 0; i < 4; i++) await endedRun(10);
    const removed = await Promise.all(
      Array.from({ length: 4 }, () => store().removeOld({ ...KEEP_ALL, runDays: 7 })),
    );
    await store().removeOld({ ...KEEP_ALL, runDays: 7 });
    expect(removed.reduce((sum, { runs }) => sum + runs, 0)).toBeGreaterThan(0);
    const old = sql`select count(*)::int as n from runs
      where state = 'FAILED' and finished_at < now() - interval '7 days'`;
    const { rows } = (await store().database.db.execute(old)) as unknown as {
      rows: { n: number }[];
    };
    expect(rows).toEqual([{ n: 0 }]);
  });
});
