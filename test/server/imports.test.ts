import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CandleExchange, type MarketBar } from "../support/candle-exchange.ts";
import { PGLITE } from "../support/databases.ts";
import { overWebsocket, post as postQuery } from "./graphql-client.ts";
import { FAILURES } from "./requests.ts";
import { IMPATIENT_WORLD, TestService } from "./test-service.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);
const FIELDS = "id state seq origin bytesDone bytesTotal bars fraction message uploadPath created";
const IMPORT = `${FIELDS} error { code message } rejected { count } dataset { hash name bars }`;
const START_IMPORT = `mutation ($input: StartImportInput!) {
  startImport(input: $input) {
    ... on StartImportPayload { import { ${IMPORT} } }
    ... on QueueFull { retryAfterMs }
    ${FAILURES}
  }
}`;
const CANCEL = `mutation ($id: ID!) {
  cancelImport(input: { id: $id }) {
    ... on CancelImportPayload { import { ${FIELDS} } }
    ${FAILURES}
  }
}`;
const AGAIN = `mutation ($id: ID!) {
  retryImport(input: { id: $id }) {
    ... on RetryImportPayload { import { ${FIELDS} } }
    ${FAILURES}
  }
}`;
const FOLLOW = `subscription ($id: ID!) { importProgress(id: $id) { ${IMPORT} } }`;

const bar = (time: number): MarketBar => [time, 100, 101, 99, 100.5, 7];
/** 1,200 hours with a hole of 700, longer than one page. */
const MARKET = [
  ...Array.from({ length: 800 }, (_, i) => bar(START + i * HOUR)),
  ...Array.from({ length: 400 }, (_, i) => bar(START + (i + 1_500) * HOUR)),
];

function csv(bars: readonly MarketBar[]): string {
  return ["time,open,high,low,close,volume", ...bars.map((b) => b.join(","))].join("\n");
}

let service: TestService;
let exchange: CandleExchange;
let folder: string;
let outside: string;

beforeAll(async () => {
  exchange = await CandleExchange.start(MARKET);
  outside = mkdtempSync(join(tmpdir(), "sweepline-imports-"));
  folder = join(outside, "allowed");
  mkdirSync(join(folder, "deep"), { recursive: true });
  writeFileSync(join(outside, "secret.csv"), csv(MARKET.slice(0, 5)));
  writeFileSync(join(folder, "deep/hours.csv.gz"), gzipSync(csv(MARKET.slice(0, 700))));
  symlinkSync(join(outside, "secret.csv"), join(folder, "link.csv"));
  const world = { ...IMPATIENT_WORLD, settings: { binance: { baseUrl: exchange.url } } };
  service = await TestService.start(PGLITE, { folder, world });
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await exchange?.[Symbol.asyncDispose]();
  rmSync(outside, { recursive: true, force: true });
});

interface Import {
  readonly id: string;
  readonly state: string;
  readonly seq: number;
  readonly bars: number;
  readonly fraction: number | null;
  readonly bytesDone: number;
  readonly uploadPath: string | null;
  readonly message: string | null;
  readonly created: boolean | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly dataset: { readonly hash: string; readonly name: string; readonly bars: number } | null;
}

async function ask(query: string, variables: object = {}) {
  const { data, errors } = await postQuery(service.url, query, variables);
  expect(errors).toBeUndefined();
  return data;
}

async function start(name: string, origin: object): Promise<Import> {
  const { startImport } = await ask(START_IMPORT, { input: { name, origin } });
  expect(startImport.import, JSON.stringify(startImport)).toBeDefined();
  return startImport.import;
}

const keyOf = (id: string) => id.slice("Import_".length);

async function refused(origin: object) {
  const { startImport } = await ask(START_IMPORT, { input: { name: "n", origin } });
  return startImport;
}

/** Every state of an import that a subscriber sees, to its end. */
async function follow(id: string, onState: (state: Import) => void = () => {}): Promise<Import[]> {
  const { results, stop } = overWebsocket(service.wsUrl, FOLLOW, { id });
  const seen: Import[] = [];
  for await (const { data } of results) {
    const { importProgress } = data as { importProgress: Import };
    seen.push(importProgress);
    onState(importProgress);
  }
  await stop();
  return seen;
}

const post = (path: string, body: BodyInit, type = "text/csv", headers: object = {}) =>
  fetch(new URL(path, service.url), {
    method: "POST",
    body,
    headers: { "content-type": type, ...headers },
  });

function binance(overrides: object = {}): object {
  const since = new Date(START).toISOString();
  return {
    exchange: { exchange: "binance", symbol: "BTC/USDT", timeframe: "H1", since, ...overrides },
  };
}

describe("an upload", () => {
  it("in one request makes a dataset, of text, gzip or Parquet", async () => {
    const text = csv(MARKET.slice(0, 50));
    const first = await post("/datasets?name=plain&instrument=X", text);
    expect(first.status).toBe(201);
    const made = (await first.json()) as { dataset: string; created: boolean; import: string };
    expect(made).toMatchObject({ state: "SUCCEEDED", created: true, rejected: { count: 0 } });
    const packed = await post(
      "/datasets?name=again&instrument=X",
      gzipSync(text),
      "application/gzip",
    );
    expect(packed.status).toBe(200);
    expect(await packed.json()).toMatchObject({ created: false, dataset: made.dataset });
    const { node } = await ask(
      `query ($id: ID!) { node(id: $id) { ... on Import { ${IMPORT} } } }`,
      { id: made.import },
    );
    expect(node).toMatchObject({
      state: "SUCCEEDED",
      fraction: 1,
      dataset: { name: "plain", bars: 50 },
    });
    expect(node.bytesDone).toBe(text.length);
  });

  it("is followed while its bytes come", async () => {
    const waiting = await start("slow", { upload: { timeframe: "H1" } });
    expect(waiting).toMatchObject({ state: "WAITING", origin: "UPLOAD" });
    const { promise: told, resolve } = Promise.withResolvers<void>();
    const seen = follow(waiting.id, ({ state, bytesDone }) => {
      if (state === "RUNNING" && bytesDone > 0) resolve();
    });
    const text = csv(MARKET.slice(0, 300));
    const half = text.length >> 1;
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode(text.slice(0, half)));
        await told;
        controller.enqueue(new TextEncoder().encode(text.slice(half)));
        controller.close();
      },
    });
    const answer = await fetch(new URL(waiting.uploadPath!, service.url), {
      method: "POST",
      body,
      headers: { "content-type": "text/csv" },
      duplex: "half",
    } as RequestInit);
    expect(answer.status).toBe(201);
    const states = await seen;
    expect(states.map(({ seq }) => seq)).toEqual(
      states.map(({ seq }) => seq).toSorted((a, b) => a - b),
    );
    expect(states.some(({ bytesDone, state }) => state === "RUNNING" && bytesDone > 0)).toBe(true);
    expect(states.at(-1)).toMatchObject({ state: "SUCCEEDED", dataset: { bars: 300 } });
  });

  it("is refused with what is wrong with it, and the import says so too", async () => {
    const bad = csv([...MARKET.slice(0, 3), MARKET[0]]);
    const waiting = await start("bad", { upload: {} });
    const answer = await post(waiting.uploadPath!, bad);
    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as { error: { code: string; complaints: object[] } };
    expect(error.code).toBe("VALIDATION");
    expect(error.complaints[1]).toMatchObject({ path: "row 5", value: "DESCENDING_TIME" });
    const [end] = await follow(waiting.id);
    expect(end).toMatchObject({ state: "FAILED", error: { code: "VALIDATION" } });
    expect((await post(waiting.uploadPath!, bad)).status).toBe(409);
  });

  it("too large, of a type that any page may send, or without a name is refused", async () => {
    const large = await post("/datasets?name=large", "x".repeat(2 ** 20 + 1));
    expect(large.status).toBe(413);
    expect((await post("/datasets?name=n", "x", "text/plain")).status).toBe(400);
    expect((await post("/datasets", "x")).status).toBe(400);
    expect((await post("/datasets?name=n&speed=9", "x")).status).toBe(400);
    expect((await post("/imports/no-such-import", "x")).status).toBe(404);
    expect((await fetch(new URL("/datasets?name=n", service.url))).status).toBe(400);
  });

  it.for([
    ["with a quote that is not closed", '1,"2"3\n', 15, 400],
    ["larger than is allowed", "", 40, 413],
  ] as const)("%s tells a client that reads when it has sent all", async ([
    ,
    bad,
    pieces,
    status,
  ]) => {
    const head = Buffer.from(`${csv([])}\n${bad}`);
    const rows = Buffer.from(csv(MARKET));
    const { hostname, port } = new URL(service.url);
    const sent = async () => {
      const waiting = await start(`sending-${status}`, { upload: {} });
      const socket = connect(Number(port), hostname);
      const lines = [
        `POST ${waiting.uploadPath} HTTP/1.1`,
        `host: ${hostname}:${port}`,
        "content-type: text/csv",
        `content-length: ${head.length + pieces * rows.length}`,
      ];
      const send = promisify<string | Uint8Array>(socket.write.bind(socket));
      await send(`${lines.join("\r\n")}\r\n\r\n`);
      await send(head);
      for (let piece = 0; piece < pieces; piece++) {
        await send(rows);
        await turn();
      }
      return text(socket);
    };
    // The server waits for two seconds, which a busy machine may need: then it is sent once more.
    let answer = "";
    for (let left = 5; answer === ""; left--) {
      answer = await sent().catch((error) => (left === 0 ? String(error) : ""));
    }
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.split("\r\n\r\n")[1]).error.code).toBeTypeOf("string");
  });

  it("that is cut off fails as INTERRUPTED and makes no dataset", async () => {
    const waiting = await start("cut", { upload: {} });
    const abort = new AbortController();
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode(csv(MARKET.slice(0, 30))));
        const stored = async () => (await service.store.importById(keyOf(waiting.id)))?.state;
        await expect.poll(stored).toBe("RUNNING");
        abort.abort();
      },
    });
    const sent = fetch(new URL(waiting.uploadPath!, service.url), {
      method: "POST",
      body,
      headers: { "content-type": "text/csv" },
      duplex: "half",
      signal: abort.signal,
    } as RequestInit);
    await expect(sent).rejects.toThrow();
    const states = await follow(waiting.id);
    expect(states.at(-1)).toMatchObject({ state: "FAILED", error: { code: "INTERRUPTED" } });
  });
});

describe("a file of the operator's folder", () => {
  it("is listed and imported", async () => {
    const { importableFiles } = await ask(
      "{ importableFiles { ... on ImportableFiles { files { path bytes } } } }",
    );
    expect(importableFiles.files).toEqual([
      { path: "deep/hours.csv.gz", bytes: expect.any(Number) },
    ]);
    const { id } = await start("hours", { file: { path: "deep/hours.csv.gz" } });
    expect((await follow(id)).at(-1)).toMatchObject({ state: "SUCCEEDED", dataset: { bars: 700 } });
  });

  it.each([
    "../secret.csv",
    "deep/../../secret.csv",
    "link.csv",
    "/etc/passwd",
    "deep",
    ".",
    "missing.csv",
    "deep/hours.csv.gz/x",
  ])("outside of it, %s, is not to be found out about", async (path) => {
    expect(await refused({ file: { path } })).toMatchObject({
      __typename: "ValidationError",
      complaints: [
        {
          path: "input.origin.file.path",
          message: "there is no such file in the folder of imports",
        },
      ],
    });
  });
});

describe("an exchange", () => {
  it("is read page by page over holes and busy answers, and every bar comes once", async () => {
    exchange.busy = 3;
    const { id } = await start("btc", binance());
    const end = (await follow(id)).at(-1)!;
    expect(service.errors).toEqual([]);
    expect(end).toMatchObject({ state: "SUCCEEDED", bars: 1_200, fraction: 1 });
    expect(end.dataset).toMatchObject({ name: "btc", bars: 1_200 });
    const { dataset } = await ask(
      `{ dataset(hashOrName: "btc") { instrument source start end gaps { count missingBars } } }`,
    );
    expect(dataset).toEqual({
      instrument: "binance:BTC/USDT",
      source: "exchange",
      start: new Date(START).toISOString(),
      end: new Date(START + 1_900 * HOUR).toISOString(),
      gaps: { count: 1, missingBars: 700 },
    });
    // Two pages of 500 before the hole, which the second request after it already sees across.
    expect(exchange.pages.slice(0, 3)).toEqual([START, START + 500 * HOUR, START + 1_700 * HOUR]);
  });

  it("gives no bar that opens at `until` or later", async () => {
    const until = new Date(START + 100 * HOUR).toISOString();
    const { id } = await start("until", binance({ until }));
    expect((await follow(id)).at(-1)).toMatchObject({ state: "SUCCEEDED", bars: 100 });
  });

  it("goes on after a cancel where it was, without asking again for what it has", async () => {
    const { promise: reached, resolve } = Promise.withResolvers<void>();
    const { promise: go, resolve: release } = Promise.withResolvers<void>();
    exchange.beforePage = (startMs) => {
      if (startMs !== START + 500 * HOUR) return;
      resolve();
      return go;
    };
    exchange.pages.length = 0;
    const { id } = await start("held", binance());
    await reached;
    const cancelled = ask(CANCEL, { id });
    const asked = async () => (await service.store.importById(keyOf(id)))!;
    while (!(await asked()).cancelRequested) await new Promise((r) => setTimeout(r, 10));
    release();
    expect((await cancelled).cancelImport.import).toMatchObject({
      state: "CANCELLED",
      bars: 1_000,
    });
    exchange.beforePage = () => {};
    exchange.pages.length = 0;
    await ask(AGAIN, { id });
    expect((await follow(id)).at(-1)).toMatchObject({ state: "SUCCEEDED", bars: 1_200 });
    expect(exchange.pages[0]).toBe(START + 1_700 * HOUR);
  });

  it("says what is wrong: exchange, symbol, timeframe, range, or too many failures", async () => {
    expect(await refused(binance({ since: "1970-01-02T00:00:00Z" }))).toMatchObject({
      complaints: [{ path: "input.origin.exchange.since", message: "too early" }],
    });
    const failing = async (overrides: object) => {
      const { id } = await start("failing", binance(overrides));
      return (await follow(id)).at(-1)!.error;
    };
    expect(await failing({ exchange: "no-such" })).toMatchObject({ code: "VALIDATION" });
    expect((await failing({ symbol: "ETH/USDT" }))?.message).toContain("no such market");
    exchange.busy = 1_000;
    expect((await failing({}))?.code).toBe("EXCHANGE");
    exchange.busy = 0;
  });
});
