import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RANKING_METRICS } from "../../src/core/metrics/ranking-metric.ts";
import type { Candles } from "../../src/core/series/candles.ts";
import { UserError } from "../../src/core/user-error.ts";
import type { RunRequestInput } from "../../src/plan/request.ts";
import type { ResultRow } from "../../src/store/records.ts";
import { POSTGRES } from "../support/databases.ts";
import { anyRequest } from "../support/request-arbitraries.ts";
import { ended, openService, type ServiceUnderTest } from "../support/service-under-test.ts";
import { candlesOf } from "../support/sweep-arbitraries.ts";

/**
 * Random requests through the whole service, in every way there is to run them: in one message, in
 * chunks of any size, and stored; by kernels with caches on two threads, and by the readable
 * engines without caches, variant by variant, on one. A stored run may have chunks of both.
 */

/** Several markets of each length: what is kept of one must not be taken for another. */
const LENGTHS = [65, 512, 1_025];
const MARKETS = 5;

let fast: ServiceUnderTest;
let readable: ServiceUnderTest;
const drops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const { location, drop } = await POSTGRES.create();
  drops.push(drop);
  fast = await openService(location);
  const caches = { indicatorBytes: 0, atomBytes: 0 };
  const plain = { kernels: "reference", caches, batches: false } as const;
  readable = await openService(location, { workers: 1, threads: plain });
  const save = async (name: string, candles: Candles) => {
    const labels = { name, instrument: name };
    const rejected = { count: 0, first: [] };
    await fast.library.saveCandles(labels, { candles, timeframe: "1h", rejected }, "csv");
  };
  for (const bars of LENGTHS) {
    const markets = fc.sample(candlesOf([bars]), { numRuns: MARKETS });
    for (const [no, candles] of markets.entries()) await save(`${bars}-${no}`, candles);
  }
  await fast.runner.start();
  await readable.runner.start();
});

afterAll(async () => {
  await readable?.close();
  await fast?.close();
  for (const drop of drops) await drop();
});

interface Outcome {
  readonly digest: string | null;
  readonly rows: readonly ResultRow[];
}

const anyCase = fc.record({
  bars: fc.constantFrom(...LENGTHS),
  markets: fc.uniqueArray(fc.nat(MARKETS - 1), { minLength: 2, maxLength: 2 }),
  request: anyRequest("any"),
  cut: fc.constantFrom(1, 2, 3, 7, 31, 1_000),
  other: fc.constantFrom(1, 5, 100),
});

it("random requests have the same rows and digest, however they are run", async () => {
  await fc.assert(
    fc.asyncProperty(anyCase, async ({ bars, markets, request: one, cut, other }) => {
      for (const no of markets) {
        const request = { ...one, dataset: `${bars}-${no}` };
        const expected = await outcomeOf(() => readable.runs.backtest(request));
        const again = async (run: () => Promise<Outcome>) => {
          expect(await outcomeOf(run)).toEqual(expected);
        };
        await again(() => fast.runs.backtest(request));
        // Those that are refused do not count.
        fc.pre(!("refused" in expected));
        await again(() => fast.runs.backtest(chunked(request, cut)));
        await again(() => fast.runs.backtest(chunked(request, other, 1)));
        await again(() => stored(chunked(request, cut)));
      }
    }),
    { numRuns: Number(process.env.RANDOM_REQUESTS ?? 5) },
  );
  expect(fast.faults).toEqual([]);
  expect(readable.faults).toEqual([]);
});

describe("one strategy over parts of the same candles", () => {
  const HOUR_MS = 3_600_000;
  const request: RunRequestInput = {
    dataset: "whole",
    warmupBars: 0,
    strategy: {
      indicators: {
        rsi: { id: "momentum.rsi", params: { window: [2, 5, 9] } },
        trend: { id: "ma.ema", params: { window: [4, 12] } },
      },
      signals: [{ rule: "band", of: "rsi", params: { long: [30, 50], short: [50, 70] } }],
    },
    risk: { stopLossPct: ["off", 1], takeProfitPct: ["off", 2] },
    ranking: { primary: { metric: "profitFactor" }, secondary: { metric: "sharpe" } },
  };
  const strategy = { ...request.strategy, signals: [...request.strategy.signals!] };
  strategy.signals.push({ rule: "price", of: "trend" });

  beforeAll(async () => {
    await fast.library.importSynthetic({ name: "whole", seed: 3, bars: 512, timeframe: "1h" });
  });

  it("takes no row of one for another: a half, the other, and all by two hours", async () => {
    const { startMs } = await fast.library.require("whole");
    // A bar belongs to a range by its close.
    const middle = startMs + 256 * HOUR_MS + 1;
    const parts = [{ range: { end: middle } }, { range: { start: middle } }, { timeframe: "2h" }];
    const digests = new Set<string>();
    for (const part of [...parts, ...parts]) {
      const one = { ...request, strategy, ...part } as RunRequestInput;
      const { digest, rows, plan } = await fast.runs.backtest(one);
      expect(plan.estimate.bars).toBe(256);
      const expected = await readable.runs.backtest(one);
      expect({ digest, rows }).toEqual({ digest: expected.digest, rows: expected.rows });
      digests.add(digest);
    }
    expect(digests.size).toBe(3);
  });

  it("has the digest that its description says, of all columns and rows", async () => {
    const cut = { ...request, strategy, schedule: { chunkVariants: 5 } };
    const { run } = await fast.runs.startRun(cut, null);
    const { digest } = await ended(fast.store, run.id);
    const hash = createHash("sha256").update("sweepline digest 1\n");
    for (const stage of ["STAGE_A", "STAGE_B"] as const) {
      for (const [m, metric] of ["profitFactor", "sharpe"].entries()) {
        const column = createHash("sha256");
        for await (const { columns } of fast.store.storedChunks(run.id, stage)) {
          column.update(bytesOf(columns[m]));
        }
        hash.update(`${stage} ${metric} ${column.digest("hex")}\n`);
      }
    }
    const { items } = await fast.store.results(run.id, { first: 1_000, after: null });
    hash.update(`results ${items.length}\n`);
    for (const { item } of items) {
      const metrics = RANKING_METRICS.map((metric) => item.metrics[metric] ?? Number.NaN);
      hash.update(bytesOf([item.variantIndex, ...metrics]));
    }
    expect(items.length).toBeGreaterThan(20);
    expect(digest).toBe(hash.digest("hex"));
  });
});

function bytesOf(values: ArrayLike<number>): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) bytes.writeBigUInt64LE(0x7ff8_0000_0000_0000n, i * 8);
    else bytes.writeDoubleLE(values[i], i * 8);
  }
  return bytes;
}

function chunked(request: RunRequestInput, chunkVariants: number, workers = 2): RunRequestInput {
  return { ...request, schedule: { chunkVariants, workers } };
}

async function outcomeOf(run: () => Promise<Outcome>): Promise<Outcome | { refused: unknown }> {
  try {
    const { digest, rows } = await run();
    return { digest, rows };
  } catch (error) {
    // No side of it, or a parameter that changes nothing: refused in the same words everywhere.
    if (error instanceof UserError && error.code === "VALIDATION") {
      return { refused: error.complaints };
    }
    throw error;
  }
}

async function stored(request: RunRequestInput): Promise<Outcome> {
  const { run } = await fast.runs.startRun(request, null);
  const { state, digest } = await ended(fast.store, run.id);
  expect(state).toBe("SUCCEEDED");
  const { items } = await fast.store.results(run.id, { first: 1_000, after: null });
  return { digest, rows: items.map(({ item }) => item) };
}
