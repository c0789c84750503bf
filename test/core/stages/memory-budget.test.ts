import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Candles } from "../../../src/core/series/candles.ts";
import { ENTRY_BYTES } from "../../../src/core/signals/plane-source.ts";
import { memoryBudget } from "../../../src/core/stages/memory-budget.ts";
import { Ranking } from "../../../src/core/stages/ranking.ts";
import type { ScoredBy } from "../../../src/core/stages/row-footprint.ts";
import { EACH } from "../../../src/core/stages/scored-alone.ts";
import { ROW_BYTES, SCORER_CACHES } from "../../../src/core/stages/scorer-caches.ts";
import { scoreStageA } from "../../../src/core/stages/stage-a.ts";
import { scoreStageB } from "../../../src/core/stages/stage-b.ts";
import { strategyFootprint } from "../../../src/core/stages/strategy-footprint.ts";
import type { Sweep } from "../../../src/core/stages/sweep.ts";
import { SweepScorer } from "../../../src/core/stages/sweep-scorer.ts";
import { TopRows } from "../../../src/core/stages/top-rows.ts";
import { syntheticCandles } from "../../../src/market-data/synthetic.ts";
import { CROSS_REQUEST, planOf } from "../../support/request-samples.ts";

const { sweep } = planOf(CROSS_REQUEST);
const EITHER: ScoredBy = { backend: "either", few: EACH, share: 1_000, days: 10_000 };
const RUN = { bars: 10_000, workers: 2, chunkVariants: 1_000 };
const totalOf = (change: Partial<Sweep>, run: Partial<typeof RUN> = {}) =>
  memoryBudget({ ...sweep, ...change }, { ...RUN, ...run }).totalBytes;

describe("memory budget", () => {
  it("is the sum of its parts, and grows with whatever a run has more of", () => {
    const sizes = fc.record({
      bars: fc.integer({ min: 1, max: 1_000_000 }),
      workers: fc.integer({ min: 1, max: 64 }),
      chunkVariants: fc.integer({ min: 1, max: 1_000_000 }),
      variants: fc.integer({ min: 0, max: 10_000_000 }),
      preselect: fc.integer({ min: 1, max: 1_000_000 }),
      topK: fc.integer({ min: 1, max: 10_000 }),
      values: fc.integer({ min: 1, max: 2_000 }),
      stops: fc.integer({ min: 1, max: 200 }),
    });
    const budgetOf = (size: typeof sizes extends fc.Arbitrary<infer T> ? T : never) => {
      const values = Array.from({ length: size.values }, (_, i) => i + 1);
      const grown: Sweep = {
        ...sweep,
        axes: sweep.axes.map((axis) => ({ ...axis, values })),
        stops: values.slice(0, size.stops),
        preselect: size.preselect,
        topK: size.topK,
      };
      return memoryBudget(grown, size);
    };
    fc.assert(
      fc.property(sizes, sizes, (a, other) => {
        // The same grid: from some size on its atoms are not worth keeping, which is less.
        const b = { ...other, values: a.values };
        const both = [a, b].map(budgetOf);
        for (const budget of both) {
          const { totalBytes, ...parts } = budget;
          const sum = Object.values(parts).reduce((bytes, part) => bytes + part, 0);
          expect(sum).toBe(totalBytes);
          expect(Number.isSafeInteger(totalBytes)).toBe(true);
        }
        const larger = Object.fromEntries(
          Object.entries(a).map(([key, size]) => [key, Math.max(size, b[key as keyof typeof b])]),
        ) as typeof a;
        const most = budgetOf(larger).totalBytes;
        for (const { totalBytes } of both) expect(most).toBeGreaterThanOrEqual(totalBytes);
      }),
    );
  });

  it("does not grow with the grid beyond the caches", () => {
    const values = Array.from({ length: 3_000 }, (_, i) => i + 1);
    const wide = { axes: sweep.axes.map((axis) => ({ ...axis, values })), constraint: null };
    const wider = {
      axes: sweep.axes.map((axis) => ({ ...axis, values: [...values, 3_001] })),
      constraint: null,
    };
    expect(totalOf(wider)).toBe(totalOf(wide));
    const caches = SCORER_CACHES.seriesBytes + SCORER_CACHES.planeBytes + ROW_BYTES;
    const { processBytes } = memoryBudget({ ...sweep, ...wide }, RUN);
    const beside = totalOf(wide) - processBytes;
    expect(beside).toBeLessThan(RUN.workers * (caches + 64 * 1024 * 1024));
  });

  it("counts what a run leaves in the caches once, and no more than they hold", () => {
    const caches = { indicatorBytes: 2 ** 40, atomBytes: 2 ** 40 };
    const kept = (bounds: typeof caches) =>
      memoryBudget(sweep, { ...RUN, caches: bounds }).keptBytes;
    const { seriesBytes, planeBytes } = strategyFootprint(sweep, RUN.bars, EITHER);
    expect(kept(caches)).toBe(seriesBytes + planeBytes);
    expect(kept({ ...caches, indicatorBytes: 1_000 })).toBe(1_000 + planeBytes);
    expect(kept({ indicatorBytes: 0, atomBytes: 0 })).toBe(0);
    expect(memoryBudget(sweep, RUN).keptBytes).toBe(0);
  });

  it("knows that an atom depends on its own side's axes only", () => {
    const band = planOf({
      ...CROSS_REQUEST,
      strategy: {
        indicators: { it: { id: "momentum.rsi", params: { window: [5, 6, 7] } } },
        signals: [{ rule: "band", of: "it", params: { long: [1, 2, 3, 4], short: [90, 91] } }],
      },
    }).sweep;
    const planes = strategyFootprint(band, 64, EITHER).planeBytes / (2 * 4 + ENTRY_BYTES);
    // Each window with four levels and with two.
    expect(planes).toBe(3 * (4 + 2));
  });

  it("knows the table of a constraint and every output of an indicator", () => {
    const values = Array.from({ length: 4_000 }, (_, i) => i + 1);
    const axes = sweep.axes.map((axis) => ({ ...axis, values }));
    const table = totalOf({ axes }) - totalOf({ axes, constraint: null });
    expect(table).toBe(RUN.workers * 4_000 * 4_000);
    const [slow, fast] = sweep.indicators;
    const bands = { ...fast, id: "volatility.bbands", params: { window: { axis: 1 } } };
    expect(totalOf({ indicators: [slow, bands] })).toBeGreaterThan(totalOf({}));
  });
});

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes that are still in use once all garbage is gone. */
function bytesInUse(): number {
  for (let i = 0; i < 4; i++) collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** What a scorer holds after both stages, in bytes. */
function bytesHeld(task: Sweep, candles: Candles): number {
  const before = bytesInUse();
  const scorer = new SweepScorer(task, candles);
  const output = (variants: number) => ({
    top: new TopRows(new Ranking(task.ranking), task.preselect),
    columns: task.ranking.map(() => new Float64Array(variants)),
    origin: 0,
  });
  const a = output(scorer.space.grid.size);
  scoreStageA(scorer, 0, scorer.space.grid.size, a);
  const { stride, data } = a.top.drain();
  const shortlist = data.filter((_, i) => i % stride === 0);
  const b = output(shortlist.length * scorer.cells);
  scoreStageB(scorer, { shortlist, from: 0, to: shortlist.length }, b);
  const held = bytesInUse() - before;
  // Used after the measurement, so that it is not garbage before.
  scorer.seek(0);
  return held;
}

/** Sweeps whose memory lies in different places, and where it lies. */
const HUNGRY: Readonly<Record<string, { readonly bars: number; readonly request: object }>> = {
  "rows of three outputs": {
    bars: 20_000,
    request: {
      strategy: {
        indicators: {
          it: { id: "volatility.bbands", params: { window: { start: 2, stop: 41, step: 1 } } },
        },
        signals: [{ rule: "cross", of: "it.basis", against: "it.upper" }],
      },
    },
  },
  "many small planes and their keys": {
    bars: 300,
    request: {
      strategy: {
        indicators: {
          it: { id: "momentum.rsi", params: { window: { start: 2, stop: 61, step: 1 } } },
        },
        signals: [
          {
            rule: "band",
            of: "it",
            params: { long: { start: 10, stop: 40, step: 0.2 }, short: [70, 80] },
          },
        ],
      },
      preselect: 10,
    },
  },
  "first hits of trades at every other bar": {
    bars: 8_000,
    request: {
      strategy: { indicators: { it: { id: "volatility.atr", params: { window: [1, 2] } } } },
      risk: {
        stopLossPct: { start: 0.5, stop: 20, step: 0.5 },
        takeProfitPct: { start: 1, stop: 40, step: 1 },
      },
    },
  },
  "first hits of pairs of stops": {
    bars: 8_000,
    request: {
      strategy: { indicators: { it: { id: "volatility.atr", params: { window: [1, 2] } } } },
      execution: { fillMode: "INTRABAR" },
      risk: {
        stopLossPct: { start: 0.5, stop: 6, step: 0.5 },
        trailingStopPct: { start: 0.5, stop: 6, step: 0.5 },
        takeProfitPct: ["off", 4],
      },
    },
  },
  "rows and planes of expressions": {
    bars: 20_000,
    request: {
      strategy: {
        expressions: {
          long: "sma($a) > ema($b) and close > open[$lag] + $step",
          exitLong: "sma($a) <= ema($b)",
        },
        parameters: {
          a: { start: 2, stop: 61, step: 1 },
          b: { start: 2, stop: 61, step: 1 },
          lag: [1, 2],
          step: [0],
        },
      },
      preselect: 10,
    },
  },
  "price sources and their sums": {
    bars: 60_000,
    request: {
      strategy: {
        indicators: {
          it: {
            id: "ma.sma",
            params: { window: [50], source: ["open", "hl2", "hlc3", "ohlc4", "hlcc4", "close"] },
          },
        },
      },
      ranking: { primary: { metric: "calmar" } },
    },
  },
};

describe("memory budget against what a scorer holds", () => {
  it.each(Object.entries(HUNGRY))("%s", (_, { bars, request }) => {
    const candles = syntheticCandles({ seed: 3, bars, volatilityPct: 0.3 });
    const market = { datasetHash: "e".repeat(64), timeframe: "1h" as const, candles };
    const plan = planOf({ ...CROSS_REQUEST, ...request }, {}, market);
    const run = { bars, workers: 1, chunkVariants: 1 };
    const { threadBytes } = memoryBudget(plan.sweep, run);
    const held = bytesHeld(plan.sweep, candles);
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThan(threadBytes);
    // An estimate that refuses everything would hold as well.
    expect(threadBytes).toBeLessThan(20 * held);
    const mib = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
    console.log(`holds ${mib(held)} MiB, budget ${mib(threadBytes)} MiB`);
  });
});
