import { afterEach, beforeEach, expect, it } from "vitest";
import { DatasetLibrary } from "../../src/runner/dataset-library.ts";
import { ImportService } from "../../src/runner/imports/import-service.ts";
import { IMPORT_STATES, IMPORT_TRANSITIONS } from "../../src/store/import-records.ts";
import { type OpenStore, openStore } from "../../src/store/open.ts";
import { transitionPairs } from "../../src/store/transitions.ts";
import { CandleExchange, type MarketBar } from "../support/candle-exchange.ts";
import { onBothDatabases } from "../support/databases.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);
const BARS = 1_700;
const market = Array.from(
  { length: BARS },
  (_, i): MarketBar => [START + i * HOUR, 100 + i, 101 + i, 99 + i, 100.5 + i, 7],
);
const WISH = {
  name: "btc",
  timeframe: "1h",
  origin: {
    kind: "EXCHANGE",
    exchange: "binance",
    symbol: "BTC/USDT",
    sinceMs: START,
    untilMs: START + BARS * HOUR,
  },
} as const;

onBothDatabases("imports", (database) => {
  let store: OpenStore;
  let exchange: CandleExchange;
  let undo: AsyncDisposableStack;

  beforeEach(async () => {
    undo = new AsyncDisposableStack();
    exchange = undo.use(await CandleExchange.start(market));
    const made = await database.create();
    undo.defer(() => made.drop());
    store = await openStore(made.location);
    undo.defer(() => store.close());
  });

  afterEach(async () => {
    await undo.disposeAsync();
  });

  function serviceOf(worker: string, leaseMs = 600): ImportService {
    const datasets = new DatasetLibrary({
      store,
      cacheDir: null,
      maxMemoryBytes: 2 ** 20,
      maxDiskBytes: 0,
    });
    const service = new ImportService({
      store,
      datasets,
      worker,
      leaseMs,
      folder: null,
      maxBytes: 2 ** 20,
      maxActive: 2,
      world: {
        settings: { binance: { baseUrl: exchange.url, rateLimitMs: 1 } },
        nowMs: () => START + 10_000 * HOUR,
        sleep: async () => {},
        random: () => 0,
      },
    });
    undo.defer(() => service.close());
    return service;
  }

  async function ended(id: string) {
    for (;;) {
      const record = (await store.importById(id))!;
      if (record.state !== "RUNNING" && record.state !== "WAITING") return record;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Holds the exchange at a page until released. */
  function hold(at: number) {
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    exchange.beforePage = (startMs) => {
      if (startMs !== START + at * HOUR) return;
      exchange.beforePage = () => {};
      reached.resolve();
      return released.promise;
    };
    return { reached: reached.promise, release: () => released.resolve() };
  }

  it("of a process that stops go on in another from the stored pages", async () => {
    const held = hold(1_000);
    const first = serviceOf("first");
    const { id } = await first.start(WISH);
    await held.reached;
    const closed = first.close();
    held.release();
    await closed;
    expect(await store.importById(id)).toMatchObject({ state: "RUNNING", bars: 1_500 });
    exchange.pages.length = 0;
    await serviceOf("second").watch();
    expect(await ended(id)).toMatchObject({ state: "SUCCEEDED", bars: BARS, created: true });
    expect(exchange.pages).toEqual([START + 1_500 * HOUR]);
    const dataset = await store.findDataset("btc");
    expect(dataset).toMatchObject({ bars: BARS, source: "exchange", gaps: { count: 0 } });
  });

  it("of a process that falls silent are taken over, and its late pages go nowhere", async () => {
    const claim = { id: "", worker: "silent", leaseMs: 60_000 };
    const { id } = await serviceOf("starter").start({ ...WISH, origin: { kind: "UPLOAD" } });
    expect(await store.claimImport({ ...claim, id })).toMatchObject({ state: "RUNNING" });
    expect(await store.claimImport({ ...claim, id, worker: "other" })).toBeNull();
    expect(await store.lostImports()).toEqual([]);
    await store.reportImport({ ...claim, id, leaseMs: 1 }, {});
    await expect.poll(() => store.lostImports().then((lost) => lost.length)).toBe(1);
    await serviceOf("rescuer").watch();
    expect(await ended(id)).toMatchObject({ state: "FAILED", error: { code: "INTERRUPTED" } });
    const page = [Float64Array.of(START, 1, 1, 1, 1, 1)];
    expect(await store.addImportPage({ ...claim, id }, page, { bars: 1 })).toBeNull();
    expect(await store.importReached(id)).toBeNull();
    expect(await store.finishImport(id, "silent", { state: "CANCELLED" })).toBe(false);
  });

  it("that nobody came for are lost after their time, and end", async () => {
    const upload = { ...WISH, origin: { kind: "UPLOAD" } } as const;
    const { id } = await serviceOf("starter").start(upload);
    expect(await store.lostImports()).toEqual([]);
    const older = (by: string) =>
      store.database.db.execute(
        `update imports set created_at = created_at - interval '${by}' where id = '${id}'`,
      );
    await older("50 minutes");
    expect(await store.lostImports()).toEqual([]);
    await older("11 minutes");
    await serviceOf("keeper").watch();
    expect(await ended(id)).toMatchObject({ state: "FAILED", error: { code: "INTERRUPTED" } });
  });

  it("make the same dataset whatever the pages, to the bit", async () => {
    const service = serviceOf("one");
    const { id } = await service.start(WISH);
    const whole = await ended(id);
    const held = hold(500);
    const again = await service.start(WISH);
    await held.reached;
    const cancelled = service.cancel(again.id);
    held.release();
    expect((await cancelled).state).toBe("CANCELLED");
    await service.retry(again.id);
    const end = await ended(again.id);
    expect(end).toMatchObject({ state: "SUCCEEDED", created: false });
    expect(end.datasetHash).toBe(whole.datasetHash);
  });

  it("beyond the number that may be active are refused, and a cancel makes room", async () => {
    const service = serviceOf("one");
    const upload = { name: "up", origin: { kind: "UPLOAD" } } as const;
    const [first] = [await service.start(upload), await service.start(upload)];
    await expect(service.start(upload)).rejects.toMatchObject({ code: "QUEUE_FULL" });
    expect(await service.cancel(first.id)).toMatchObject({ state: "CANCELLED" });
    expect(await service.cancel(first.id)).toMatchObject({ state: "CANCELLED" });
    await expect(service.start(upload)).resolves.toMatchObject({ state: "WAITING" });
    await expect(service.retry(first.id)).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(service.cancel("none")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("change state along their table only, whoever writes", async () => {
    const { id } = await serviceOf("one").start({ name: "up", origin: { kind: "UPLOAD" } });
    const write = (state: string) =>
      store.database.db.execute(`update imports set state = '${state}' where id = '${id}'`);
    const toggle = (how: string) =>
      store.database.db.execute(`alter table imports ${how} trigger imports_transition`);
    const taken: string[] = [];
    for (const from of IMPORT_STATES) {
      for (const to of IMPORT_STATES.filter((state) => state !== from)) {
        await toggle("disable");
        await write(from);
        await toggle("enable");
        const done = await write(to).then(
          () => true,
          () => false,
        );
        if (done) taken.push(`${from}>${to}`);
      }
    }
    expect(taken.sort()).toEqual(transitionPairs(IMPORT_TRANSITIONS).sort());
  });
});
