import { deflateSync } from "node:zlib";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mean, quantile } from "../../src/core/metrics/sample-statistics.ts";
import { describeVariant } from "../../src/core/stages/describe.ts";
import { riskCells, type StageName } from "../../src/core/stages/sweep.ts";
import { RunSurfaces } from "../../src/runner/run-surfaces.ts";
import { chunkResults } from "../../src/store/schema.ts";
import type { StoredChunk } from "../../src/store/store.ts";
import { onBothDatabases } from "../support/databases.ts";
import { ended } from "../support/service-under-test.ts";
import { post } from "./graphql-client.ts";
import { crossRequest, FAILURES, SMALL, START } from "./requests.ts";
import { TestService } from "./test-service.ts";

const RISK = { stopLossPct: { percents: [null, 1, 3] }, takeProfitPct: { percents: [null, 4] } };
const RANKING = { primary: { metric: "SHARPE" }, secondary: { metric: "PROFIT_FACTOR" } };

interface Scored {
  readonly variantIndex: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly sharpe: number | null;
  readonly profitFactor: number | null;
}

onBothDatabases("questions about metric columns", (database) => {
  let service: TestService;
  let drop: () => Promise<void>;
  let id: string;
  let stages: Record<StageName, Scored[]>;

  beforeAll(async () => {
    const made = await database.create();
    drop = made.drop;
    service = await TestService.start(made.location);
    await service.importSynthetic("hours", 3_000);
    const schedule = { chunkVariants: 40 };
    const request = crossRequest("hours", SMALL, { risk: RISK, ranking: RANKING, schedule });
    const { data } = await post(service.url, START, { input: { request } });
    id = data.startRun.run.id;
    const run = await ended(service.store, id.replace("Run_", ""));
    expect(run.state).toBe("SUCCEEDED");
    stages = { STAGE_A: await scored("STAGE_A"), STAGE_B: await scored("STAGE_B") };
  });

  afterAll(async () => {
    expect(service.errors).toEqual([]);
    await service[Symbol.asyncDispose]();
    await drop();
  });

  /** Every variant of a stage as the checkpoints have it, one by one. */
  async function scored(stage: StageName): Promise<Scored[]> {
    const runId = id.replace("Run_", "");
    const { plan } = (await service.store.run(runId))!;
    const shortlist = await service.store.shortlist(runId);
    const cells = stage === "STAGE_B" ? riskCells(plan.sweep) : 1;
    const found: Scored[] = [];
    for await (const { from, columns } of service.store.storedChunks(runId, stage)) {
      columns[0].forEach((_, i) => {
        const position = from * cells + i;
        const base = stage === "STAGE_A" ? position : shortlist![Math.floor(position / cells)];
        const variantIndex = base * cells + (position % cells);
        const { params, ...risk } = describeVariant(plan.sweep, stage, variantIndex);
        if (!(Number(params["fast.window"]) < Number(params["slow.window"]))) return;
        const levels = Object.entries(risk).map(([name, value]) => [`risk.${name}`, value]);
        const [sharpe, profitFactor] = columns.map((c) => (Number.isFinite(c[i]) ? c[i] : null));
        const all = { ...params, ...Object.fromEntries(levels) };
        found.push({ variantIndex, params: all, sharpe, profitFactor });
      });
    }
    return found;
  }

  async function ask(selection: string) {
    const query = `query ($id: ID!) { run(id: $id) { ${selection} } }`;
    const { data, errors } = await post(service.url, query, { id });
    expect(errors).toBeUndefined();
    return data.run;
  }

  const numbers = (variants: readonly Scored[]) =>
    variants.flatMap(({ sharpe }) => (sharpe === null ? [] : [sharpe]));

  it("a surface has the mean of each cell's variants, in both stages", async () => {
    const cells = "x { name values { number } } y { name values { number } } values counts";
    const { a, b } = await ask(`
      a: surface(x: "fast.window", y: "slow.window", metric: SHARPE) {
        ... on Surface { stage metric complete ${cells} undefinedCounts } ${FAILURES} }
      b: surface(x: "risk.takeProfitPct", y: "risk.stopLossPct", metric: SHARPE, reduce: MAX) {
        ... on Surface { stage complete ${cells} } ${FAILURES} }`);
    expect(a).toMatchObject({ stage: "STAGE_A", metric: "SHARPE", complete: true });
    expect(b).toMatchObject({ stage: "STAGE_B", complete: true });
    for (const [found, stage] of [
      [a, "STAGE_A"],
      [b, "STAGE_B"],
    ] as const) {
      found.y.values.forEach((down: { number: number | null }, row: number) => {
        found.x.values.forEach((across: { number: number | null }, column: number) => {
          const own = stages[stage].filter(
            ({ params }) =>
              params[found.x.name] === across.number && params[found.y.name] === down.number,
          );
          const values = numbers(own);
          expect(found.counts[row][column]).toBe(values.length);
          const value = found.values[row][column];
          if (values.length === 0) expect(value).toBeNull();
          else if (stage === "STAGE_B") expect(value).toBe(Math.max(...values));
          else expect(value).toBeCloseTo(mean(values), 12);
        });
      });
    }
  });

  it("marginals and distribution have exact medians and counts, filtered or not", async () => {
    const where = `where: { parameters: [{ name: "risk.stopLossPct", numbers: [null, 3] }] }`;
    const { marginals, distribution } = await ask(`
      marginals(metric: SHARPE, axes: ["slow.window"], ${where}) {
        ... on Marginals { stage axes { axis points {
          value { number } count undefinedCount mean deviation min max median } } } ${FAILURES} }
      distribution(metric: SHARPE, bins: 7, quantiles: [0.1, 0.5]) {
        ... on Distribution { stage count undefinedCount mean min max
          quantiles { p value } bins { from to count } below above } ${FAILURES} }`);
    expect(marginals.stage).toBe("STAGE_B");
    for (const point of marginals.axes[0].points) {
      const own = stages.STAGE_B.filter(
        ({ params }) =>
          params["slow.window"] === point.value.number && params["risk.stopLossPct"] !== 1,
      );
      const ascending = Float64Array.from(numbers(own)).sort();
      expect(point.count).toBe(ascending.length);
      expect(point.count + point.undefinedCount).toBe(own.length);
      expect(point.median).toBe(ascending.length === 0 ? null : quantile(ascending, 0.5));
    }
    const all = Float64Array.from(numbers(stages.STAGE_A)).sort();
    expect(distribution).toMatchObject({ stage: "STAGE_A", count: all.length, below: 0, above: 0 });
    expect(distribution.quantiles).toEqual([0.1, 0.5].map((p) => ({ p, value: quantile(all, p) })));
    const counts = distribution.bins.map(({ count }: { count: number }) => count);
    expect(counts.reduce((sum: number, n: number) => sum + n, 0)).toBe(all.length);
    expect(counts).toHaveLength(7);
  });

  it("ranks all variants page by page, with the numbers of the stored rows", async () => {
    const order = "orderBy: { metric: PROFIT_FACTOR, direction: ASC }";
    const seen: { variantIndex: number; metrics: { profitFactor: number | null } }[] = [];
    for (let after: string | null = null; ; ) {
      const { rank } = await ask(`rank(stage: STAGE_B, first: 60, after: ${JSON.stringify(after)},
        where: { metrics: [{ metric: SHARPE, min: 0 }] }, ${order}) {
        complete totalCount pageInfo { hasNextPage endCursor }
        edges { node { variantIndex variantKey metrics { profitFactor sharpe calmar } } } }`);
      const wanted = stages.STAGE_B.filter(({ sharpe }) => sharpe !== null && sharpe >= 0);
      expect(rank.totalCount).toBe(wanted.length);
      seen.push(...rank.edges.map(({ node }: { node: never }) => node));
      after = rank.pageInfo.endCursor;
      if (rank.pageInfo.hasNextPage) continue;
      const sorted = wanted.toSorted(
        (a, b) =>
          (a.profitFactor ?? Infinity) - (b.profitFactor ?? Infinity) ||
          a.variantIndex - b.variantIndex,
      );
      expect(seen.map(({ variantIndex }) => variantIndex)).toEqual(
        sorted.map(({ variantIndex }) => variantIndex),
      );
      expect(seen[0].metrics).toMatchObject({ calmar: null });
      break;
    }
  });

  it("the first of the ranking is the run's best row, to the bit and by its key", async () => {
    const row = `edges { node { variantIndex variantKey params { name number }
      stopLossPct takeProfitPct metrics { sharpe profitFactor } } }`;
    const { rank, top } = await ask(`
      rank(stage: STAGE_B, first: 30, orderBy: { metric: SHARPE }) { ${row} }
      top(first: 30, orderBy: { metric: SHARPE }) { ${row} }`);
    expect(rank.edges).toEqual(top.edges);
  });

  it("neighbours of the best stand around it, and the score says how well it stands", async () => {
    const best = stages.STAGE_A.toSorted((a, b) => (b.sharpe ?? -9) - (a.sharpe ?? -9))[0];
    const { neighbours } = await ask(`
      neighbours(variantIndex: ${best.variantIndex}, metric: SHARPE, radius: 1) {
        ... on Neighbourhood { value median plateauScore
          neighbours { axis value { number } distance variantIndex metric }
          rings { distance count mean worst retained } } ${FAILURES} }`);
    expect(neighbours.value).toBe(best.sharpe);
    expect(neighbours.median).toBe(
      quantile(Float64Array.from(numbers(stages.STAGE_A)).sort(), 0.5),
    );
    const byIndex = new Map(stages.STAGE_A.map((v) => [v.variantIndex, v]));
    expect(neighbours.neighbours.length).toBeGreaterThan(1);
    for (const { variantIndex, metric, axis, value } of neighbours.neighbours) {
      const known = byIndex.get(variantIndex)!;
      expect(metric).toBe(known.sharpe);
      expect(known.params[axis]).toBe(value.number);
    }
    expect(neighbours.plateauScore).toBeGreaterThanOrEqual(0);
    expect(neighbours.plateauScore).toBeLessThanOrEqual(1);
    expect(neighbours.rings[0].retained).toBeCloseTo(neighbours.plateauScore, 12);
  });

  const badX = 'surface(x: "nope", y: "slow.window", metric: SHARPE)';
  it.for([
    [badX, "Surface", "x"],
    ['surface(x: "fast.window", y: "fast.window", metric: SHARPE)', "Surface", "y"],
    ['surface(x: "fast.window", y: "slow.window", metric: CALMAR)', "Surface", "metric"],
    ['surface(stage: STAGE_A, x: "fast.window", y: "risk.stopLossPct", metric: SHARPE)', "", "y"],
    ["distribution(metric: SHARPE, bins: 501)", "Distribution", "bins"],
    ["distribution(metric: SHARPE, quantiles: [1.5])", "Distribution", "quantiles[0]"],
    ["distribution(metric: SHARPE, from: 1, to: 0)", "Distribution", "to"],
    ["neighbours(variantIndex: 99999999, metric: SHARPE)", "Neighbourhood", "variantIndex"],
    ["neighbours(variantIndex: 1, metric: SHARPE, radius: 0)", "Neighbourhood", "radius"],
    ['marginals(metric: SHARPE, axes: ["nope"])', "Marginals", "axes[0]"],
    [
      'marginals(metric: SHARPE, where: { parameters: [{ name: "fast.window", numbers: [1.5] }] })',
      "Marginals",
      "where.parameters[0].values",
    ],
  ] as const)("refuses %s", async ([field, , path]) => {
    const { found } = await ask(`found: ${field} { ${FAILURES} }`);
    expect(found).toMatchObject({ __typename: "ValidationError", path });
  });

  it.for([
    ["first: 101", "first"],
    ['after: "x"', "after"],
    ["stage: STAGE_A, where: { metrics: [{ metric: CALMAR, min: 0 }] }", "where.metrics[0].metric"],
  ])("refuses rank(%s)", async ([args, path]) => {
    const query = `query ($id: ID!) { run(id: $id) {
      rank(orderBy: { metric: SHARPE }, ${args}) { totalCount } } }`;
    const { errors } = await post(service.url, query, { id });
    expect(errors?.[0].extensions).toMatchObject({ code: "VALIDATION", complaints: [{ path }] });
  });

  it("reads columns as an older version has stored them, in one stream", async () => {
    const runId = id.replace("Run_", "");
    const { store } = service;
    const run = (await store.run(runId))!;
    const request = { metric: "profitFactor", bins: 9, quantiles: [0.1, 0.5] } as const;
    const wanted = await service.surfaces.distribution(run, request);
    const stored = async () => {
      const found: StoredChunk[] = [];
      for await (const chunk of store.storedChunks(runId, "STAGE_A")) found.push(chunk);
      return found;
    };
    const before = await stored();
    const guards = (how: "disable" | "enable") =>
      store.database.db.execute(sql.raw(`alter table chunk_results ${how} trigger user`));
    await guards("disable");
    for (const { no, columns } of before) {
      const old = deflateSync(
        Buffer.concat(columns.map((column) => new Uint8Array(column.buffer))),
      );
      await store.database.db
        .update(chunkResults)
        .set({ columns: old })
        .where(sql`run_id = ${runId} and stage = 'STAGE_A' and no = ${no}`);
    }
    await guards("enable");
    const fresh = new RunSurfaces(store, 0);
    expect(await fresh.distribution(run, request)).toEqual(wanted);
    expect(await stored()).toEqual(before);
  });

  if (database.name === "pglite") {
    it("asks the database for the chunks, and for columns it has not read yet", async () => {
      const fresh = new TestServiceQuestions(service, id);
      const cold = await fresh.count();
      // The run, its chunks, and all columns at once: chunks are small.
      expect(cold).toBeLessThanOrEqual(3);
      expect(await fresh.count()).toBe(2);
    });
  }
});

/** Statements of one surface, with nothing decoded at first. */
class TestServiceQuestions {
  readonly #service: TestService;
  readonly #id: string;

  constructor(service: TestService, id: string) {
    this.#service = service;
    this.#id = id;
  }

  async count(): Promise<number> {
    const { url } = this.#service;
    const query = `query ($id: ID!) { run(id: $id) {
      surface(x: "fast.window", y: "slow.window", metric: SHARPE) { __typename } } }`;
    const statements = await this.#service.countStatements(async () => {
      const { data } = await post(url, query, { id: this.#id });
      expect(data.run.surface.__typename).toBe("Surface");
    });
    return statements.filter((text) => /"runs"|"chunk_results"/.test(text)).length;
  }
}

describe("a run that keeps no columns", () => {
  it("has the same digest and rows, says so when asked, and takes less room", async () => {
    await using service = await TestService.start();
    await service.importSynthetic("hours", 1_000);
    const ids: string[] = [];
    for (const keepColumns of [true, false]) {
      const request = crossRequest("hours", SMALL, { schedule: { keepColumns } });
      const { data } = await post(service.url, START, { input: { request } });
      ids.push(data.startRun.run.id);
      await ended(service.store, data.startRun.run.id.replace("Run_", ""));
    }
    const query = `query ($id: ID!) { run(id: $id) { digest top(first: 5) { edges { node {
      variantKey metrics { totalReturnPct } } } }
      distribution(metric: TOTAL_RETURN_PCT) { ${FAILURES} } } }`;
    const [kept, dropped] = await Promise.all(
      ids.map(async (id) => (await post(service.url, query, { id })).data.run),
    );
    expect(dropped.digest).toBe(kept.digest);
    expect(dropped.top).toEqual(kept.top);
    expect(kept.distribution.__typename).toBe("Distribution");
    expect(dropped.distribution).toMatchObject({ __typename: "Conflict", code: "CONFLICT" });
    const url = new URL(`/runs/${ids[1]}/export?what=variants`, service.url);
    expect((await fetch(url)).status).toBe(409);
    const dropsAll = await service.store.columnChunks(ids[1].replace("Run_", ""), "STAGE_A");
    expect(dropsAll).toEqual([]);
  });
});

describe("a run that is at work", () => {
  it("answers from what is stored, and says that it is not complete", async () => {
    await using service = await TestService.start();
    await service.importSynthetic("hours", 2_000);
    service.door.shut(2);
    const schedule = { chunkVariants: 5_000 };
    const grid = { fast: [2, 400, 1], slow: [2, 800, 1] } as const;
    const request = crossRequest("hours", grid, { schedule });
    const { data } = await post(service.url, START, { input: { request } });
    const { id } = data.startRun.run;
    const query = `query ($id: ID!) { run(id: $id) {
      distribution(metric: TOTAL_RETURN_PCT) {
        ... on Distribution { complete count undefinedCount } ${FAILURES} }
      b: rank(stage: STAGE_B, orderBy: { metric: TOTAL_RETURN_PCT }) {
        complete totalCount } } }`;
    for (;;) {
      const { run } = (await post(service.url, query, { id })).data;
      expect(run.b).toMatchObject({ complete: false, totalCount: 0 });
      expect(run.distribution.complete).toBe(false);
      if (run.distribution.count > 0) break;
    }
    await service.runs.cancelRun(id.replace("Run_", ""), null);
    await ended(service.store, id.replace("Run_", ""));
  });
});
