import fc from "fast-check";
import { expect, it } from "vitest";
import { RANKING_METRICS } from "../../src/core/metrics/ranking-metric.ts";
import type { DatasetRecord, ResultRow } from "../../src/store/records.ts";
import type { Page, PageOf, ResultOrder } from "../../src/store/store.ts";
import { onBothDatabases } from "../support/databases.ts";
import { samplePlan } from "../support/sample-plan.ts";
import { storeOfSuite } from "../support/suite-store.ts";

onBothDatabases("lists", (database) => {
  const store = storeOfSuite(database);

  /** Walks all pages of a list. */
  const walk = async <T>(first: number, page: (p: Page) => Promise<PageOf<T>>): Promise<T[]> => {
    const items: T[] = [];
    for (let after: string | null = null; ; ) {
      const { items: part, hasNextPage, totalCount } = await page({ first, after });
      items.push(...part.map((edge) => edge.item));
      if (!hasNextPage) {
        expect(totalCount).toBe(items.length);
        return items;
      }
      expect(part).toHaveLength(first);
      after = part.at(-1)!.cursor;
    }
  };

  const runWith = async (rows: readonly ResultRow[]): Promise<string> => {
    const plan = samplePlan();
    const run = { plan, kernels: "reference", idempotencyKey: null, requestHash: "h" } as const;
    const { id } = (await store().createRun(run)).run;
    // Ended as a failure with rows: any end writes results the same way.
    await store().finishRun(id, { state: "FAILED", rows, digest: null, error: null });
    return id;
  };

  const sharpes = fc.array(
    fc.oneof(
      fc.constantFrom(null, 0, 1.5, -1),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
    { minLength: 1, maxLength: 25 },
  );

  it("walks results by rank and by any metric, ties and undefined values included", async () => {
    const sample = fc.tuple(sharpes, fc.integer({ min: 1, max: 7 }));
    await fc.assert(
      fc.asyncProperty(
        sample,
        fc.constantFrom("ASC", "DESC"),
        async ([values, first], direction) => {
          const rows = values.map((sharpe, i) => resultRow(i, sharpe));
          const runId = await runWith(rows);
          expect(await walk(first, (page) => store().results(runId, page))).toEqual(rows);
          const order: ResultOrder = { metric: "sharpe", direction };
          const sorted = rows.toSorted((a, b) => bySharpe(a, b, direction === "ASC" ? 1 : -1));
          const walked = await walk(first, (page) => store().results(runId, page, order));
          expect(walked.map((r) => r.rank)).toEqual(sorted.map((r) => r.rank));
        },
      ),
      { numRuns: 12 },
    );
  });

  it("ends a run with more results than go into one statement, each to the bit", async () => {
    const rows = Array.from({ length: 2_001 }, (_, i) =>
      resultRow(i, i === 7 ? null : 0.1 / (i + 1)),
    );
    const runId = await runWith(rows);
    expect(await walk(1_000, (page) => store().results(runId, page))).toEqual(rows);
  });

  it("refuses broken cursors, foreign cursors and unknown metrics", async () => {
    const runId = await runWith([0, 1, 2].map((i) => resultRow(i, i)));
    const refusal = { code: "VALIDATION", complaints: [{ path: "after" }] };
    const order: ResultOrder = { metric: "sharpe", direction: "DESC" };
    const byRank = (await store().results(runId, { first: 1, after: null })).items[0].cursor;
    const odd = ["", "x", "!!", "W10", byRank.slice(1), `${byRank}A`, "a".repeat(5000)];
    for (const after of odd) {
      await expect(store().results(runId, { first: 1, after }), after).rejects.toMatchObject(
        refusal,
      );
      await expect(store().listRuns({ first: 1, after }), after).rejects.toMatchObject(refusal);
    }
    const foreign = { first: 1, after: byRank };
    await expect(store().results(runId, foreign, order)).rejects.toMatchObject(refusal);
    await expect(store().listDatasets(foreign)).rejects.toMatchObject(refusal);
    await expect(
      store().results(runId, { first: 1, after: null }, { metric: "luck", direction: "ASC" }),
    ).rejects.toMatchObject({ code: "VALIDATION", complaints: [{ path: "orderBy.metric" }] });
    await expect(store().results(runId, { first: -1, after: null })).rejects.toMatchObject({
      code: "VALIDATION",
    });
  });

  it("lists runs newest first, stable while new ones come in", async () => {
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push(await runWith([]));
    const head = await store().listRuns({ first: 2, after: null }, { states: ["FAILED"] });
    expect(head.items.map((e) => e.item.id)).toEqual([ids[4], ids[3]]);
    await runWith([]);
    const { cursor } = head.items[1];
    const next = await store().listRuns({ first: 2, after: cursor }, { states: ["FAILED"] });
    expect(next.items.map((e) => e.item.id)).toEqual([ids[2], ids[1]]);
    const none = await store().listRuns({ first: 2, after: null }, { states: [] });
    expect(none).toEqual({ items: [], hasNextPage: false, totalCount: 0 });
    const elsewhere = { datasetHash: "f".repeat(64) };
    expect((await store().listRuns({ first: 2, after: null }, elsewhere)).totalCount).toBe(0);
  });

  it("keeps a dataset once, with its blocks, and finds it by hash and newest name", async () => {
    const blocks = [
      { column: "close", no: 0, bytes: Uint8Array.from([0, 1, 255]) },
      { column: "close", no: 1, bytes: new Uint8Array(0) },
      { column: "time", no: 0, bytes: new Uint8Array(100_000).fill(7) },
    ];
    const saved = await store().saveDataset(dataset("a", "gold"), blocks);
    expect(await store().saveDataset({ ...dataset("a", "silver") }, blocks)).toEqual(saved);
    const read = await store().datasetBlocks(saved.hash);
    expect(read.map((b) => ({ ...b, bytes: Uint8Array.from(b.bytes) }))).toEqual(blocks);
    const newer = await store().saveDataset(dataset("b", "gold"), []);
    expect(await store().findDataset("gold")).toEqual(newer);
    expect(await store().findDataset(saved.hash)).toEqual(saved);
    expect(await store().findDataset("tin")).toBeNull();
    expect(await walk(1, (page) => store().listDatasets(page))).toEqual([newer, saved]);
  });
});

function resultRow(i: number, sharpe: number | null): ResultRow {
  const metrics = Object.fromEntries(RANKING_METRICS.map((name, m) => [name, i / (m + 3)]));
  return {
    rank: i + 1,
    // Not in rank order, and beyond 32 bits.
    variantIndex: 2 ** 53 - 1 - ((i * 7) % 25),
    variantKey: `key ${i}`,
    params: { "fast.window": i, "fast.source": "close" },
    stopLossPct: i % 2 === 0 ? null : 0.1 * i,
    trailingStopPct: i % 3 === 0 ? null : 0.2 * i,
    takeProfitPct: null,
    metrics: { ...metrics, sharpe: sharpe === 0 ? 0 : sharpe } as ResultRow["metrics"],
  };
}

function bySharpe(a: ResultRow, b: ResultRow, sign: number): number {
  const x = a.metrics.sharpe;
  const y = b.metrics.sharpe;
  if (x === y) return a.variantIndex - b.variantIndex;
  if (x === null || y === null) return x === null ? 1 : -1;
  return sign * (x - y);
}

function dataset(letter: string, name: string): Omit<DatasetRecord, "createdAt"> {
  return {
    hash: letter.repeat(64),
    name,
    instrument: "X",
    timeframe: "1h",
    bars: 3,
    startMs: 1_700_000_000_000,
    endMs: 1_700_010_800_000,
    gaps: { missingBars: 0, count: 0, longestMs: 0, first: [] },
    source: "csv",
  };
}
