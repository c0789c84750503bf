import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { overWebsocket, post } from "./graphql-client.ts";
import { fits, inputPlaces, withValueAt } from "./input-places.ts";
import {
  CANCEL,
  crossRequest,
  ESTIMATE,
  FOLLOW,
  IMPORT,
  LARGE,
  RETRY,
  SMALL,
  START,
} from "./requests.ts";
import { TestService } from "./test-service.ts";

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
  await service.importSynthetic("hours", 500);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const ask = (query: string, variables: object = {}) => post(service.url, query, variables);

/**
 * After whatever was tried: nothing unexpected happened, nothing was begun, and the server answers.
 */
async function expectUnharmed(runs = 0): Promise<void> {
  expect(service.errors).toEqual([]);
  const { data } = await ask("{ runs { totalCount } datasets { totalCount } }");
  expect(data).toEqual({ runs: { totalCount: runs }, datasets: { totalCount: 1 } });
  expect(service.pool.stats()).toMatchObject({ busy: 0, replacedWorkers: 0 });
}

describe("bad candles", () => {
  const HEADER = "time,open,high,low,close,volume\n";
  const day = (n: number) => new Date(Date.UTC(2024, 0, n)).toISOString().slice(0, 10);
  const good = (n: number) => `${day(n)},10,12,9,11,100\n`;
  const binary = String.fromCharCode(...Array.from({ length: 4_000 }, (_, i) => (i * 7_919) % 256));

  it.each([
    ["nothing", ""],
    ["a header alone", HEADER],
    ["no header", good(1) + good(2)],
    ["binary", binary],
    ["binary after a header", HEADER + binary],
    ["a truncated row", `${HEADER}${good(1)}${good(2)}2024-01-03,10,1`],
    ["an open quote", `${HEADER}${good(1)}"2024-01-02,10,12,9,11,100\n${good(3)}`],
    ["NaN", `${HEADER}${good(1)}${day(2)},NaN,12,9,11,100\n`],
    ["infinity", `${HEADER}${good(1)}${day(2)},10,Infinity,9,11,100\n`],
    ["a negative price", `${HEADER}${good(1)}${day(2)},10,12,-9,11,100\n`],
    ["a negative volume", `${HEADER}${good(1)}${day(2)},10,12,9,11,-1\n`],
    ["a high below the close", `${HEADER}${good(1)}${day(2)},10,10.5,9,11,1\n`],
    ["a time twice", HEADER + good(1) + good(2) + good(2)],
    ["descending times", HEADER + good(3) + good(2) + good(1)],
    ["a time that is none", `${HEADER}${good(1)}yesterday,10,12,9,11,100\n`],
    ["a missing column", "time,open,high,low\n2024-01-01,1,2,1\n"],
  ])("%s: nothing is imported, and the text is named", async (_what, text) => {
    const input = { name: "bad", instrument: "X", source: { csv: { text } } };
    const { importDataset } = (await ask(IMPORT, { input })).data;
    expect(importDataset).toMatchObject({ __typename: "ValidationError", code: "VALIDATION" });
    expect(importDataset.path).toMatch(/^input\.source\.csv/);
    await expectUnharmed();
  });

  it.each([
    [{ name: "" }, "input.name"],
    [{ name: "a".repeat(64) }, "input.name"],
    [{ instrument: "x\u0000y" }, "input.instrument"],
    [{ source: { synthetic: { seed: 1, bars: 0 } } }, "input.source.synthetic.bars"],
    [{ source: { synthetic: { seed: 1, bars: 6_000_000 } } }, "input.source.synthetic.bars"],
    [{ source: { synthetic: { seed: -1, bars: 10 } } }, "input.source.synthetic.seed"],
    [
      { source: { synthetic: { seed: 1, bars: 9, timeframe: "D1", start: "2024-01-01T01:00Z" } } },
      "input.source.synthetic.start",
    ],
  ])("%j is complained about at %s", async (overrides, path) => {
    const source = { synthetic: { seed: 1, bars: 10 } };
    const input = { name: "bad", instrument: "X", source, ...overrides };
    const { importDataset } = (await ask(IMPORT, { input })).data;
    expect(importDataset).toMatchObject({ __typename: "ValidationError", path });
    await expectUnharmed();
  });
});

describe("bad requests", () => {
  const windows = (stop: number) => ({ range: { start: 1, stop, step: 1 } });
  const indicator = (name: string, axis: object, id = "ma.sma", param = "window") => ({
    name,
    id,
    params: [{ name: param, axis }],
  });
  const strategy = (...indicators: object[]) => ({ strategy: { indicators } });
  const at = "input.request.strategy.indicators";

  it.each([
    ["an unknown dataset", { dataset: "nothing" }, "NotFound", "input.request.dataset"],
    [
      "an unknown indicator",
      strategy(indicator("a", windows(3), "ma.nope")),
      "ValidationError",
      `${at}[0].id`,
    ],
    [
      "an unknown parameter",
      strategy(indicator("a", windows(3), "ma.sma", "size")),
      "ValidationError",
      `${at}[0].params[0]`,
    ],
    ["no indicator", strategy(), "ValidationError", at],
    [
      "a window out of bounds",
      strategy(indicator("a", windows(20_000))),
      "ValidationError",
      `${at}[0].params[0]`,
    ],
    [
      "a value twice",
      strategy(indicator("a", { numbers: [5, 5] })),
      "ValidationError",
      `${at}[0].params[0]`,
    ],
    [
      "an empty axis",
      strategy(indicator("a", { numbers: [] })),
      "ValidationError",
      `${at}[0].params[0]`,
    ],
    [
      "a step that misses",
      strategy(indicator("a", { range: { start: 1, stop: 10, step: 4 } })),
      "ValidationError",
      `${at}[0].params[0].axis.range.stop`,
    ],
    [
      "a step of zero",
      strategy(indicator("a", { range: { start: 1, stop: 10, step: 0 } })),
      "ValidationError",
      `${at}[0].params[0].axis.range.step`,
    ],
    [
      "text for a window",
      strategy(indicator("a", { text: "ten" })),
      "ValidationError",
      `${at}[0].params[0]`,
    ],
    [
      "a range outside the data",
      { range: { start: "1999-01-01" } },
      "ValidationError",
      "input.request.range.start",
    ],
    [
      "a timeframe that does not divide",
      { timeframe: "M15" },
      "ValidationError",
      "input.request.timeframe",
    ],
    [
      "a negative stop",
      { risk: { stopLossPct: { percent: -1 } } },
      "ValidationError",
      "input.request.risk.stopLossPct",
    ],
    [
      "one metric twice",
      { ranking: { primary: { metric: "SHARPE" }, secondary: { metric: "SHARPE" } } },
      "ValidationError",
      "input.request.ranking.secondary.metric",
    ],
    ["text no database holds", { label: "a\u0000b" }, "ValidationError", "input.request.label"],
    ["half a character", { dataset: "a\ud800" }, "ValidationError", "input.request.dataset"],
    ["no rows kept", { topK: 0 }, "ValidationError", "input.request.topK"],
  ])("%s", async (_what, overrides, typename, path) => {
    const request = crossRequest("hours", SMALL, overrides);
    const { startRun } = (await ask(START, { input: { request } })).data;
    expect(startRun).toMatchObject({ __typename: typename, path });
    await expectUnharmed();
  });

  it("a grid of 10^12 variants is refused with the number and the bound", async () => {
    const axes = ["a", "b", "c", "d"].map((name) => indicator(name, windows(1_000)));
    const request = { dataset: "hours", ...strategy(...axes) };
    const { startRun } = (await ask(START, { input: { request } })).data;
    expect(startRun).toMatchObject({
      __typename: "GridTooLarge",
      stage: "STAGE_A",
      requested: 1e12,
      allowed: 2_000_000,
    });
    const { estimateRun } = (await ask(ESTIMATE, { request })).data;
    expect(estimateRun).toMatchObject({ __typename: "GridTooLarge", path: "request.strategy" });
    await expectUnharmed();
  });

  it("fast >= slow only is an empty grid", async () => {
    const grid = { fast: [50, 60, 1], slow: [2, 20, 1] } as const;
    const { startRun } = (await ask(START, { input: { request: crossRequest("hours", grid) } }))
      .data;
    expect(startRun).toMatchObject({
      __typename: "ValidationError",
      path: "input.request.strategy.constraint",
      complaints: [{ bound: ">= 1" }],
    });
    await expectUnharmed();
  });

  it.each([
    "fast.window <",
    "nope.window < 3",
    "process.exit(1)",
    "constructor.constructor('return 1')()",
    "(".repeat(1_000),
    "",
  ])("a constraint that is none: %s", async (constraint) => {
    const { strategy: base, ...rest } = crossRequest("hours", SMALL) as { strategy: object };
    const request = { ...rest, strategy: { ...base, constraint } };
    const { startRun } = (await ask(START, { input: { request } })).data;
    expect(startRun).toMatchObject({ __typename: "ValidationError" });
    expect(startRun.path).toBe("input.request.strategy.constraint");
    await expectUnharmed();
  });
});

describe("wrong types", () => {
  const places = inputPlaces();

  it("are tried in every field of startRun", () => {
    expect(places.length).toBeGreaterThan(50);
    expect(places).toContain("input.request.strategy.indicators.params.axis.range.step");
  });

  it.each(places)("%s", async (place) => {
    for (const wrong of [{ no: "such field" }, [[["nested"]]], Number.MAX_VALUE, true, "\u0000"]) {
      const variables = withValueAt(place, wrong);
      if (fits(place, wrong)) continue;
      const { data, errors, status } = await ask(START, variables);
      expect({ place, wrong, status, data: data?.startRun }).toMatchObject({ data: undefined });
      expect(errors?.[0].extensions?.code, `${place} ${JSON.stringify(wrong)}`).toBe(
        "BAD_USER_INPUT",
      );
    }
  });

  it("left the server as it was", async () => {
    await expectUnharmed();
  });
});

describe("bad ids", () => {
  const missing = "Run_00000000-0000-4000-8000-000000000000";

  it.each([
    ["a run that never was", missing, "NotFound"],
    ["no UUID", "Run_not-a-uuid", "NotFound"],
    ["a NUL character", "Run_\u0000", "ValidationError"],
    ["an injection", "Run_'; drop table runs; --", "ValidationError"],
    ["no key", "Run_", "ValidationError"],
    ["nothing", "", "ValidationError"],
    ["another type", "Dataset_abc", "ValidationError"],
    ["a long text", "x".repeat(5_000), "ValidationError"],
  ])("%s cannot be cancelled or retried", async (_what, id, typename) => {
    const path = "input.id";
    expect((await ask(CANCEL, { input: { id } })).data.cancelRun).toMatchObject({
      __typename: typename,
      path,
    });
    expect((await ask(RETRY, { input: { id } })).data.retryRun).toMatchObject({
      __typename: typename,
      path,
    });
    await expectUnharmed();
  });

  it("are null or an error in a query", async () => {
    const RUN = "query ($id: ID!) { run(id: $id) { id } node(id: $id) { id } }";
    expect((await ask(RUN, { id: missing })).data).toEqual({ run: null, node: null });
    expect((await ask(RUN, { id: "Run_not-a-uuid" })).data).toEqual({ run: null, node: null });
    const { errors } = await ask(RUN, { id: "nonsense" });
    expect(errors?.map((error) => error.extensions?.code)).toEqual(["VALIDATION", "VALIDATION"]);
    await expectUnharmed();
  });

  it("and names that no database holds are an error in a query", async () => {
    const FIND = "query ($name: String!) { dataset(hashOrName: $name) { id } }";
    for (const name of ["", "\u0000", "\ud800", "x".repeat(201)]) {
      const { errors } = await ask(FIND, { name });
      expect(errors?.[0].extensions).toMatchObject({ code: "VALIDATION" });
    }
    const LIST = "query ($hash: String) { runs(filter: { datasetHash: $hash }) { totalCount } }";
    const { errors } = await ask(LIST, { hash: "\u0000" });
    expect(errors?.[0].extensions).toMatchObject({ code: "VALIDATION" });
    await expectUnharmed();
  });

  it("end a subscription with an error", async () => {
    const seen = [];
    const { results } = overWebsocket(service.wsUrl, FOLLOW, { id: missing });
    for await (const { errors } of results) seen.push(errors?.[0].extensions?.code);
    expect(seen).toEqual(["NOT_FOUND"]);
    await expectUnharmed();
  });
});

describe("a cancel twice, and a reason too long", () => {
  it("changes nothing", async () => {
    service.door.shut(0);
    const { data } = await ask(START, { input: { request: crossRequest("hours", LARGE) } });
    const { id } = data.startRun.run;
    const long = { input: { id, reason: "x".repeat(1_001) } };
    expect((await ask(CANCEL, long)).data.cancelRun).toMatchObject({ path: "input.reason" });
    const input = { input: { id } };
    await Promise.all(Array.from({ length: 5 }, () => ask(CANCEL, input)));
    await expect
      .poll(async () => (await ask(CANCEL, input)).data.cancelRun.run.state)
      .toBe("CANCELLED");
    await expect.poll(() => service.pool.stats().busy).toBe(0);
    await expectUnharmed(1);
  });
});
