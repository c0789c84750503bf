import { afterAll, beforeAll, expect, it } from "vitest";
import { onBothDatabases } from "../support/databases.ts";
import { ended } from "../support/service-under-test.ts";
import { post } from "./graphql-client.ts";
import { crossRequest, DELETE, FAILURES, SMALL, START } from "./requests.ts";
import { TestService } from "./test-service.ts";

const RUNS = `query ($first: Int, $after: String, $filter: RunFilter, $orderBy: RunOrder) {
  runs(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { id tags note dataset { name } best { metrics { totalReturnPct } } } } } }`;
const MARK = `mutation ($input: MarkRunInput!) { markRun(input: $input) {
  ... on MarkRunPayload { run { id tags note } } ${FAILURES} } }`;
const SAVE = `mutation ($input: SaveStrategyInput!) { saveStrategy(input: $input) {
  ... on SaveStrategyPayload { strategy { id name latest { version hash strategyJson note } } }
  ${FAILURES} } }`;
const PIN = `mutation ($input: PinVariantInput!) { pinVariant(input: $input) {
  ... on PinVariantPayload { pin { id variantKey metrics { totalReturnPct calmar } } }
  ${FAILURES} } }`;
const UNPIN = `mutation ($input: UnpinVariantInput!) { unpinVariant(input: $input) {
  ... on UnpinVariantPayload { unpinnedId } ${FAILURES} } }`;

interface RunNode {
  readonly id: string;
  readonly tags: readonly string[];
  readonly best: { readonly metrics: { readonly totalReturnPct: number } };
}

onBothDatabases("runs, strategies and variants that are kept", (database) => {
  let service: TestService;
  let drop: () => Promise<void>;
  /** Three runs, oldest first: two of the cross at other fees, one of an expression. */
  const ids: string[] = [];

  beforeAll(async () => {
    const made = await database.create();
    drop = made.drop;
    service = await TestService.start(made.location);
    await service.importSynthetic("hours", 2_000);
    await service.importSynthetic("others", 2_200);
    ids.push(await finished(crossRequest("hours", SMALL)));
    ids.push(await finished(crossRequest("hours", SMALL, { execution: { feePct: 0.5 } })));
    const expressions = { long: "rsi(14) < 40", short: "rsi(14) > $top" };
    const parameters = [{ name: "top", axis: { numbers: [55, 60, 65] } }];
    const ranking = { primary: { metric: "TOTAL_RETURN_PCT" } };
    ids.push(await finished({ dataset: "others", strategy: { expressions, parameters }, ranking }));
  });

  afterAll(async () => {
    expect(service.errors).toEqual([]);
    await service[Symbol.asyncDispose]();
    await drop();
  });

  async function ask(query: string, variables: object = {}) {
    const { data, errors } = await post(service.url, query, variables);
    expect(errors).toBeUndefined();
    return data;
  }

  async function finished(request: object, key?: string): Promise<string> {
    const input = { request, ...(key === undefined ? {} : { idempotencyKey: key }) };
    const { startRun } = await ask(START, { input });
    expect(startRun).toHaveProperty("run");
    await ended(service.store, startRun.run.id.replace("Run_", ""));
    return startRun.run.id;
  }

  async function found(variables: object): Promise<string[]> {
    const { runs } = await ask(RUNS, variables);
    expect(runs.totalCount).toBe(runs.edges.length);
    return runs.edges.map(({ node }: { node: RunNode }) => node.id);
  }

  it("tags and notes stay with a run, and runs are found by them", async () => {
    const [a, b, c] = ids;
    const note = "wider fees";
    await ask(MARK, { input: { id: b, addTags: ["fees", "candidate"], note } });
    const twice = await ask(MARK, { input: { id: b, addTags: ["fees"], removeTags: ["none"] } });
    expect(twice.markRun.run).toEqual({ id: b, tags: ["candidate", "fees"], note });
    await ask(MARK, { input: { id: c, addTags: ["candidate"] } });
    expect(await found({ filter: { tags: ["candidate"] } })).toEqual([c, b]);
    expect(await found({ filter: { tags: ["candidate", "fees"] } })).toEqual([b]);
    const cleared = await ask(MARK, { input: { id: b, removeTags: ["fees"], note: null } });
    expect(cleared.markRun.run).toEqual({ id: b, tags: ["candidate"], note: null });
    expect(await found({ filter: { tags: ["fees"] } })).toEqual([]);
    expect(await found({})).toEqual([c, b, a]);
  });

  it.for([
    [{ addTags: [" x"] }, "ValidationError", "input.addTags[0]"],
    [{ addTags: ["x".repeat(51)] }, "ValidationError", "input.addTags[0]"],
    [
      { addTags: Array.from({ length: 33 }, (_, i) => `t${i}`) },
      "ValidationError",
      "input.addTags",
    ],
    [{ note: "x".repeat(10_001) }, "ValidationError", "input.note"],
    [{ id: "Run_none" }, "NotFound", "input.id"],
  ] as const)("refuses to mark a run with %o", async ([change, type, path]) => {
    const { markRun } = await ask(MARK, { input: { id: ids[0], ...change } });
    expect(markRun).toMatchObject({ __typename: type, path });
  });

  it("runs are found by state, dataset, indicator, time and metric of the best", async () => {
    const [a, b, c] = ids;
    const all = (await ask(RUNS, {})).runs.edges.map(({ node }: { node: RunNode }) => node);
    const returns = new Map<string, number>(
      all.map((node: RunNode) => [node.id, node.best.metrics.totalReturnPct]),
    );
    expect(await found({ filter: { dataset: "others" } })).toEqual([c]);
    expect(await found({ filter: { indicators: ["ma.sma"] } })).toEqual([b, a]);
    expect(await found({ filter: { indicators: ["momentum.rsi"] } })).toEqual([c]);
    expect(await found({ filter: { indicators: ["momentum.rsi", "ma.sma"] } })).toHaveLength(3);
    expect(await found({ filter: { createdTo: "2001-01-01" } })).toEqual([]);
    expect(await found({ filter: { createdFrom: "2001-01-01" } })).toHaveLength(3);
    const min = returns.get(a)!;
    const bounds = { best: [{ metric: "TOTAL_RETURN_PCT", min, max: min }] };
    expect(await found({ filter: bounds })).toContain(a);
    const wanted = [a, b, c].filter((id) => returns.get(id)! >= min).toReversed();
    const least = { best: [{ metric: "TOTAL_RETURN_PCT", min }] };
    expect(await found({ filter: least })).toEqual(wanted);
  });

  it("every order is paged by keyset, and keeps runs without a value for the end", async () => {
    service.door.shut(0);
    const queued = await ask(START, {
      input: { request: crossRequest("hours", { fast: [2, 500, 1], slow: [2, 1_000, 1] }) },
    });
    const busy = queued.startRun.run.id;
    const orders = [
      { field: "BEST", metric: "TOTAL_RETURN_PCT", direction: "ASC" },
      { field: "BEST", metric: "TOTAL_RETURN_PCT" },
      { field: "FINISHED_AT", direction: "ASC" },
      { field: "CREATED_AT", direction: "ASC" },
    ];
    for (const orderBy of orders) {
      const seen: string[] = [];
      for (let after: string | null = null; ; ) {
        const { runs } = await ask(RUNS, { first: 1, after, orderBy });
        seen.push(...runs.edges.map(({ node }: { node: RunNode }) => node.id));
        after = runs.pageInfo.endCursor;
        if (!runs.pageInfo.hasNextPage) break;
      }
      expect(new Set(seen)).toEqual(new Set([...ids, busy]));
      expect(seen).toHaveLength(4);
      expect(seen.at(-1)).toBe(busy);
      if (orderBy.field !== "BEST") expect(seen.slice(0, 3)).toEqual(ids);
    }
    const ranked = (await ask(RUNS, { orderBy: orders[1] })).runs.edges
      .slice(0, 3)
      .map(({ node }: { node: RunNode }) => node.best.metrics.totalReturnPct);
    expect(ranked).toEqual(ranked.toSorted((x: number, y: number) => y - x));
    await service.runs.cancelRun(busy.replace("Run_", ""), null);
    await ended(service.store, busy.replace("Run_", ""));
    service.door.open();
    await ask(DELETE, { input: { id: busy } });
  });

  it("compares runs: what differs, and what of the best is the same", async () => {
    const COMPARE = `query ($ids: [ID!]!) { compareRuns(ids: $ids, first: 50) {
      ... on RunComparison { runs { run { id } best { rank metrics { sharpe } } }
        differences { path values }
        overlaps { a { id } b { id } rowsOfA rowsOfB sameKey sameParameters } } ${FAILURES} } }`;
    const { compareRuns } = await ask(COMPARE, { ids: [ids[0], ids[1]] });
    expect(compareRuns.differences).toEqual([
      { path: "execution.feePct", values: ["0.075", "0.5"] },
    ]);
    const [overlap] = compareRuns.overlaps;
    expect(overlap).toMatchObject({ rowsOfA: 50, rowsOfB: 50, sameKey: 0 });
    const params = `query ($id: ID!) { run(id: $id) { top(first: 50) {
      edges { node { params { number } } } } } }`;
    const [p, q] = await Promise.all(
      [ids[0], ids[1]].map(async (id) =>
        (await ask(params, { id })).run.top.edges.map((edge: object) => JSON.stringify(edge)),
      ),
    );
    expect(overlap.sameParameters).toBe(p.filter((row: string) => q.includes(row)).length);
    expect(compareRuns.runs[0]).toMatchObject({ run: { id: ids[0] }, best: { rank: 1 } });
    const refused = await ask(COMPARE, { ids: [ids[0], ids[0]] });
    expect(refused.compareRuns).toMatchObject({ __typename: "ValidationError", path: "ids" });
    const none = await ask(COMPARE, { ids: [ids[0], "Run_none"] });
    expect(none.compareRuns).toMatchObject({ __typename: "NotFound", path: "ids[1]" });
  });

  it("a saved strategy has versions, and runs are started from it", async () => {
    const { strategy, ...rest } = crossRequest("hours", SMALL) as { strategy: object };
    const input = { name: "cross", strategy, note: "first" };
    const first = (await ask(SAVE, { input })).saveStrategy.strategy;
    expect(first.latest).toMatchObject({ version: 1, note: "first" });
    expect((await ask(SAVE, { input })).saveStrategy.strategy).toEqual(first);
    const other = { ...strategy, constraint: "fast.window + 5 < slow.window" };
    const second = (await ask(SAVE, { input: { name: "cross", strategy: other } })).saveStrategy;
    expect(second.strategy).toMatchObject({ id: first.id, latest: { version: 2 } });

    const saved = { id: first.id, version: 1 };
    const run = await finished({ ...rest, strategy: { saved } });
    const HASH = "query ($id: ID!) { run(id: $id) { planHash digest } }";
    const [from, written] = [await ask(HASH, { id: run }), await ask(HASH, { id: ids[0] })];
    expect(from.run).toEqual(written.run);
    expect(await found({ filter: { strategyId: first.id } })).toEqual([run]);
    const latest = await finished({ ...rest, strategy: { saved: { id: first.id } } });
    expect((await ask(HASH, { id: latest })).run.planHash).not.toBe(from.run.planHash);

    const LIST = `{ strategies { totalCount edges { node { id name latest { version }
      versions(first: 1) { totalCount edges { node { version } } } } } } }`;
    const { strategies } = await ask(LIST);
    expect(strategies.edges[0].node).toMatchObject({
      name: "cross",
      versions: { totalCount: 2, edges: [{ node: { version: 2 } }] },
    });
    const { node } = await ask("query ($id: ID!) { node(id: $id) { ... on Strategy { name } } }", {
      id: first.id,
    });
    expect(node.name).toBe("cross");
    const NO = [
      [{ saved: { id: first.id, version: 9 } }, "NotFound", "input.request.strategy.saved"],
      [{ saved, constraint: "1 < 2" }, "ValidationError", "input.request.strategy.saved"],
      [{ saved: { id: ids[0] } }, "ValidationError", "input.request.strategy.saved.id"],
    ] as const;
    for (const [bad, type, path] of NO) {
      const { startRun } = await ask(START, { input: { request: { ...rest, strategy: bad } } });
      expect(startRun).toMatchObject({ __typename: type, path });
    }
    const faulty = { name: "x", strategy: { indicators: [{ name: "a", id: "no.such" }] } };
    expect((await ask(SAVE, { input: faulty })).saveStrategy).toMatchObject({
      __typename: "ValidationError",
      path: "input.strategy.indicators[0].id",
    });
    for (const id of [run, latest]) await ask(DELETE, { input: { id } });
  });

  it("a pinned variant keeps its lineage when its run is gone", async () => {
    const run = await finished(crossRequest("hours", SMALL, { topK: 5 }));
    const about = `query ($id: ID!) { run(id: $id) { planHash datasetHash engineVersion
      top(first: 1) { edges { node { variantKey metrics { totalReturnPct calmar } } } } } }`;
    const lineage = (await ask(about, { id: run })).run;
    const { pin } = (await ask(PIN, { input: { runId: run, rank: 1, label: "best" } })).pinVariant;
    expect(pin).toEqual({ id: pin.id, ...lineage.top.edges[0].node });
    await ask(DELETE, { input: { id: run } });
    const LIST = `{ pinnedVariants { totalCount edges { node { id label runId run { id } planHash
      dataset { name } datasetHash engineVersion variantKey requestJson } } } }`;
    const [{ node }] = (await ask(LIST)).pinnedVariants.edges;
    const { planHash, datasetHash, engineVersion } = lineage;
    expect(node).toMatchObject({
      ...{ id: pin.id, label: "best", runId: run, run: null, planHash, datasetHash },
      ...{ engineVersion, dataset: { name: "hours" }, variantKey: pin.variantKey },
    });
    expect(JSON.parse(node.requestJson)).toMatchObject({ dataset: "hours", topK: 5 });
    expect((await ask(UNPIN, { input: { id: pin.id } })).unpinVariant.unpinnedId).toBe(pin.id);
    expect((await ask(LIST)).pinnedVariants.totalCount).toBe(0);
    const again = await ask(UNPIN, { input: { id: pin.id } });
    expect(again.unpinVariant).toMatchObject({ __typename: "NotFound", path: "input.id" });
    const neither = await ask(PIN, { input: { runId: ids[0] } });
    expect(neither.pinVariant).toMatchObject({ __typename: "ValidationError", path: "input.rank" });
  });

  if (database.name === "pglite") {
    it("a page of runs with tags and datasets takes four statements, however long", async () => {
      for (const first of [1, 3]) {
        const statements = await service.fewestStatements(async () => {
          await ask(RUNS, { first });
        });
        // Runs, their number, datasets, marks.
        expect(statements.filter((text) => /from "/.test(text))).toHaveLength(4);
      }
    });
  }
});
