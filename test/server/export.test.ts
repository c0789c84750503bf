import { gunzipSync } from "node:zlib";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { byteRange } from "../../src/server/byte-range.ts";
import { ended } from "../support/service-under-test.ts";
import { post } from "./graphql-client.ts";
import { crossRequest, crossVariants, SMALL, START } from "./requests.ts";
import { TestService } from "./test-service.ts";

const RISK = { stopLossPct: { percents: [null, 1] } };
const RANKING = { primary: { metric: "PROFIT_FACTOR" }, secondary: { metric: "SHARPE" } };

let service: TestService;
let id: string;

beforeAll(async () => {
  service = await TestService.start();
  await service.importSynthetic("hours", 3_000);
  const schedule = { chunkVariants: 40 };
  const request = crossRequest("hours", SMALL, { risk: RISK, ranking: RANKING, schedule });
  const { data } = await post(service.url, START, { input: { request } });
  id = data.startRun.run.id;
  expect((await ended(service.store, id.replace("Run_", ""))).state).toBe("SUCCEEDED");
});

afterAll(async () => {
  expect(service.errors).toEqual([]);
  await service[Symbol.asyncDispose]();
});

const fetchExport = (query: string, init: RequestInit = {}) =>
  fetch(new URL(`/runs/${id}/export?${query}`, service.url), init);

const IDENTITY = { headers: { "accept-encoding": "identity" } };

interface Row {
  readonly [column: string]: number | string | null;
}

async function jsonRows(query: string): Promise<Row[]> {
  const text = await (await fetchExport(`${query}&format=jsonl`)).text();
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Cells of CSV without quotes in it: numbers, and undefined as null. */
async function csvRows(query: string): Promise<Row[]> {
  const text = await (await fetchExport(`${query}&format=csv`)).text();
  const [header, ...lines] = text.trimEnd().split("\n");
  const names = header.split(",");
  const value = (cell: string) =>
    cell === "" ? null : Number.isNaN(Number(cell)) ? cell : Number(cell);
  return lines.map((line) =>
    Object.fromEntries(line.split(",").map((cell, c) => [names[c], value(cell)])),
  );
}

async function parquetRows(query: string): Promise<Row[]> {
  const file = await (await fetchExport(`${query}&format=parquet`)).arrayBuffer();
  const rows = await parquetReadObjects({ file });
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        value instanceof Date
          ? value.toISOString()
          : typeof value === "bigint"
            ? Number(value)
            : (value ?? null),
      ]),
    ),
  );
}

describe("exports", () => {
  it.for([
    "what=best",
    "what=variants",
    "what=variants&stage=B",
    "what=trades",
    "what=equity&rank=2",
  ])("of %s are the same rows in every format", async (query) => {
    const rows = await jsonRows(query);
    expect(rows.length).toBeGreaterThan(10);
    expect(await csvRows(query)).toEqual(rows);
    expect(await parquetRows(query)).toEqual(rows);
  });

  it("have every variant, with the numbers that the API has", async () => {
    const rows = await jsonRows("what=variants");
    expect(rows.length).toBe(crossVariants(SMALL));
    const query = `query ($id: ID!) { run(id: $id) {
      rank(first: 100, orderBy: { metric: PROFIT_FACTOR }) {
        edges { node {
          variantIndex params { name number } metrics { profitFactor sharpe } } } } } }`;
    const { data } = await post(service.url, query, { id });
    const byIndex = new Map(rows.map((row) => [row.variantIndex, row]));
    for (const { node } of data.run.rank.edges) {
      const params = Object.fromEntries(
        node.params.map(({ name, number }: { name: string; number: number }) => [name, number]),
      );
      const { variantIndex, metrics } = node;
      expect(byIndex.get(variantIndex)).toEqual({ variantIndex, ...params, ...metrics });
    }
    const stageB = await jsonRows("what=variants&stage=B");
    expect(new Set(stageB.map((row) => row.stopLossPct))).toEqual(new Set([null, 1]));
  });

  it("have the trades and the whole equity of a variant's report", async () => {
    const query = `query ($id: ID!) { run(id: $id) { variantReport(rank: 2) {
      ... on VariantReport { endEquity metrics { numTrades maxDrawdownPct }
        trades(first: 1) { edges { node { entryTime netProfit } } } } } } }`;
    const { variantReport } = (await post(service.url, query, { id })).data.run;
    const trades = await jsonRows("what=trades&rank=2");
    const equity = await jsonRows("what=equity&rank=2");
    expect(trades.length).toBe(variantReport.metrics.numTrades);
    expect(trades[0]).toMatchObject(variantReport.trades.edges[0].node);
    // One a bar of the range, which is the whole dataset here.
    expect(equity.length).toBe(3_000);
    expect(equity.at(-1)!.equity).toBe(variantReport.endEquity);
    const deepest = Math.max(...equity.map((row) => Number(row.drawdownPct)));
    expect(deepest).toBe(variantReport.metrics.maxDrawdownPct);
  });

  it.for(["csv", "jsonl", "parquet"])("of %s go on from any byte", async (format) => {
    const query = `what=variants&format=${format}`;
    const whole = await fetchExport(query, IDENTITY);
    const bytes = Buffer.from(await whole.arrayBuffer());
    const etag = whole.headers.get("etag")!;
    expect(whole.headers.get("accept-ranges")).toBe("bytes");
    const size = bytes.length;
    const ranges = [
      [0, 0],
      [17, 4_000],
      [size - 5, size - 1],
      [1_000, size + 99],
    ] as const;
    for (const [from, last] of ranges) {
      const headers = { range: `bytes=${from}-${last}`, "if-range": etag };
      const part = await fetchExport(query, { headers });
      expect(part.status).toBe(206);
      const end = Math.min(last, size - 1);
      expect(part.headers.get("content-range")).toBe(`bytes ${from}-${end}/${size}`);
      expect(part.headers.get("etag")).toBe(etag);
      expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(from, end + 1));
    }
    const beyond = await fetchExport(query, { headers: { range: `bytes=${size}-` } });
    expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, `bytes */${size}`]);
    await beyond.arrayBuffer();
    const changed = { range: "bytes=5-", "if-range": '"another"', "accept-encoding": "identity" };
    const again = await fetchExport(query, { headers: changed });
    expect([again.status, (await again.arrayBuffer()).byteLength]).toEqual([200, size]);
    const same = await fetchExport(query, {
      headers: { ...IDENTITY.headers, "if-none-match": etag },
    });
    expect(same.status).toBe(304);
    const head = await fetchExport(query, { method: "HEAD" });
    expect(Number(head.headers.get("content-length"))).toBe(size);
  });

  it("are compressed on the way for a client that takes it", async () => {
    const plain = await (await fetchExport("what=variants", IDENTITY)).text();
    const { hostname, port } = new URL(service.url);
    const { request } = await import("node:http");
    const packed = await new Promise<Buffer>((resolve, reject) => {
      const headers = { "accept-encoding": "br;q=0.5, gzip" };
      const path = `/runs/${id}/export?what=variants`;
      request({ hostname, port, path, headers }, (response) => {
        expect(response.headers["content-encoding"]).toBe("gzip");
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () => resolve(Buffer.concat(parts)));
      })
        .on("error", reject)
        .end();
    });
    expect(gunzipSync(packed).toString()).toBe(plain);
  });

  it.for([
    ["what=nothing", 400, "what"],
    ["format=xlsx", 400, "format"],
    ["stage=C", 400, "stage"],
    ["rank=0", 400, "rank"],
    ["rank=1&variantIndex=1&what=trades", 400, "rank"],
    ["path=../../etc/passwd", 400, "path"],
    ["what=trades&rank=99999", 404, "rank"],
    ["what=equity&variantIndex=9999999", 400, "variantIndex"],
  ] as const)("refuse %s", async ([query, status, path]) => {
    const answer = await fetchExport(query);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { complaints: [{ path }] } });
  });

  it("refuse a run that is not there, one that is at work, and any other method", async () => {
    const none = await fetch(new URL("/runs/none/export", service.url));
    expect([none.status, (await none.json()).error.code]).toEqual([404, "NOT_FOUND"]);
    expect((await fetchExport("", { method: "POST" })).status).toBe(400);
    const grid = { fast: [2, 400, 1], slow: [2, 800, 1] } as const;
    const request = crossRequest("hours", grid);
    service.door.shut(0);
    const { data } = await post(service.url, START, { input: { request } });
    const atWork = data.startRun.run.id;
    const busy = await fetch(new URL(`/runs/${atWork}/export`, service.url));
    expect([busy.status, (await busy.json()).error.code]).toEqual([409, "CONFLICT"]);
    await service.runs.cancelRun(atWork.replace("Run_", ""), null);
    await ended(service.store, atWork.replace("Run_", ""));
    service.door.open();
  });
});

describe("byte ranges", () => {
  it.for([
    ["bytes=0-", 10, { from: 0, to: 10 }],
    ["bytes=3-4", 10, { from: 3, to: 5 }],
    ["bytes=-4", 10, { from: 6, to: 10 }],
    ["bytes=-40", 10, { from: 0, to: 10 }],
    ["bytes=10-", 10, "UNSATISFIABLE"],
    ["bytes=-0", 10, "UNSATISFIABLE"],
    ["bytes=5-3", 10, null],
    ["bytes=-", 10, null],
    ["bytes=0-1,3-4", 10, null],
    ["lines=0-1", 10, null],
    [undefined, 10, null],
  ] as const)("%s of %i bytes", ([header, size, wanted]) => {
    expect(byteRange(header, size)).toEqual(wanted);
  });
});
