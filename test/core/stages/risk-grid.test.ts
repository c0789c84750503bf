import fc from "fast-check";
import { expect, it } from "vitest";
import { AccountRules } from "../../../src/core/execution/account.ts";
import { runReference } from "../../../src/core/execution/reference-engine.ts";
import type { ExecutionSettings } from "../../../src/core/execution/settings.ts";
import type { RiskGrid } from "../../../src/core/execution/stop-table.ts";
import type { TradeList } from "../../../src/core/execution/trade-list.ts";
import { RANKING_METRICS, type RankingMetric } from "../../../src/core/metrics/ranking-metric.ts";
import { METRICS } from "../../../src/core/metrics/registry.ts";
import { measure } from "../../../src/core/metrics/track-record.ts";
import { Random } from "../../../src/core/random.ts";
import type { BackendFactory, ScoringBackend } from "../../../src/core/stages/backend.ts";
import { backendFactory } from "../../../src/kernels/backend-factory.ts";
import { WasmBackend } from "../../../src/kernels/wasm-backend.ts";
import { WasmRiskScorer } from "../../../src/kernels/wasm-risk-scorer.ts";
import { anyCloseSettings, FREE_SETTINGS } from "../../support/execution-arbitraries.ts";
import { describeEachKernel } from "../../support/kernel-suites.ts";

/**
 * Whole risk grids against the bar loop, on trades that no strategy would make: signals turn on any
 * bar, the first and the last included.
 */

const HOUR_MS = 3_600_000;
/** Around the borders of words, of blocks and of batches of trades. */
const BARS = [1, 2, 7, 8, 9, 63, 64, 65, 130, 511, 512, 513];
const SHAPES = ["flat", "ticks", "walk", "spikes", "ruin", "rise", "squeeze"] as const;

const level = fc.option(fc.constantFrom(0, 0.1, 0.5, 1, 2, 3.5, 7, 20, 60, 150), { nil: null });
/** Unsorted, with 0, off and the same distance twice. */
const anyGrid: fc.Arbitrary<RiskGrid> = fc.record({
  stops: fc.array(level, { minLength: 1, maxLength: 6 }),
  trails: fc.constant([null]),
  targets: fc.oneof(
    { weight: 4, arbitrary: fc.array(level, { minLength: 1, maxLength: 6 }) },
    { weight: 1, arbitrary: fc.array(level, { minLength: 8, maxLength: 27, size: "max" }) },
  ),
});

type Metrics = readonly RankingMetric[];

interface GridCase {
  readonly bars: number;
  readonly shape: (typeof SHAPES)[number];
  readonly seed: number;
  /** Bars that a signal stands, on average. */
  readonly stands: number;
  readonly settings: ExecutionSettings;
  readonly grid: RiskGrid;
}

const anyCase: fc.Arbitrary<GridCase> = fc.record({
  bars: fc.constantFrom(...BARS),
  shape: fc.constantFrom(...SHAPES),
  seed: fc.nat(),
  stands: fc.constantFrom(1, 2, 10, 60),
  settings: anyCloseSettings,
  grid: anyGrid,
});

function below(rng: Random, bound: number): number {
  return Math.floor(rng.uniform() * bound);
}

const STEPS: Readonly<Record<GridCase["shape"], (rng: Random, price: number) => number>> = {
  flat: () => 1,
  ticks: (rng) => 1 + (below(rng, 3) - 1) / 1_000,
  walk: (rng) => 1 + (below(rng, 601) - 300) / 10_000,
  spikes: (rng) =>
    below(rng, 12) === 0 ? [0.3, 0.7, 1.6, 3][below(rng, 4)] : 1 + (below(rng, 101) - 50) / 10_000,
  ruin: (rng) => [1.02, 1.3, 1.7, 2.4, 0.9][below(rng, 5)],
  rise: (rng) => 1.0005 + (below(rng, 81) - 40) / 10_000,
  // Shorts lose more than all for a bar or two, and go on to a new peak.
  squeeze: (rng, price) => {
    if (price > 150) return 0.36 + below(rng, 60) / 1_000;
    return below(rng, 6) === 0 ? 2.1 + below(rng, 50) / 100 : 0.99 - below(rng, 20) / 1_000;
  },
};

function marketOf({ bars, shape, seed, stands }: GridCase) {
  const rng = new Random(seed);
  const close = new Float64Array(bars);
  const time = new Float64Array(bars);
  const signal = new Int8Array(bars);
  let price = 100;
  let hour = below(rng, 24);
  for (let t = 0; t < bars; t++) {
    // Now and then bars are missing, and whole days with them.
    hour += below(rng, 40) === 0 ? 30 : 1;
    price = Math.min(1e6, Math.max(0.01, Math.round(price * STEPS[shape](rng, price) * 100) / 100));
    close[t] = price;
    time[t] = hour * HOUR_MS;
    const turns = t === 0 || below(rng, stands) === 0;
    signal[t] = turns ? below(rng, 3) - 1 : signal[t - 1];
  }
  return { close, time, signal };
}

function planesOf(signal: Int8Array, settings: ExecutionSettings, backend: ScoringBackend) {
  const long = backend.plane(signal.length);
  const short = backend.plane(signal.length);
  signal.forEach((side, t) => {
    if (side > 0 && settings.direction !== "SHORT_ONLY") long[t >> 5] |= 1 << (t & 31);
    if (side < 0 && settings.direction !== "LONG_ONLY") short[t >> 5] |= 1 << (t & 31);
  });
  return { long, short };
}

/** All metrics of one cell by the bar loop. */
function slowly(gridCase: GridCase, market: ReturnType<typeof marketOf>, cell: number): number[] {
  const { settings, grid, bars } = gridCase;
  const { close, time, signal } = market;
  const risk = {
    stopLossPct: grid.stops[Math.floor(cell / grid.targets.length)],
    trailingStopPct: null,
    takeProfitPct: grid.targets[cell % grid.targets.length],
  };
  const range = { firstBar: 0, lastBar: bars };
  const execution = runReference({ close, signal, ...range, settings, risk });
  const candles = { time, close };
  const record = measure({ candles, timeframeMs: HOUR_MS, execution, settings });
  return RANKING_METRICS.map((metric) => METRICS[metric].of(record));
}

/** Half of the time with tables that hold few trades, so that they are filled again and again. */
function scorerOf(backend: ScoringBackend, { grid, settings, seed }: GridCase, metrics: Metrics) {
  const { periodsPerYear } = settings;
  return backend instanceof WasmBackend && seed % 2 === 0
    ? new WasmRiskScorer(backend, grid, metrics, periodsPerYear, 1)
    : backend.riskScorer(grid, metrics, periodsPerYear);
}

/** Cells that are compared with the bar loop; all are compared row against cell. */
const SLOW_CELLS = 6;

/** A variant with the same entries, which leaves sooner or later. */
function neighbourOf(base: TradeList, other: TradeList, seed: number): TradeList {
  const rng = new Random(seed);
  other.count = base.count;
  for (let i = 0; i < base.count; i++) {
    const next = i + 1 < base.count ? base.entry[i + 1] : base.exit[i];
    other.side[i] = base.side[i];
    other.entry[i] = base.entry[i];
    other.exit[i] = base.entry[i] + 1 + below(rng, Math.max(1, next - base.entry[i]));
    other.exit[i] = Math.min(other.exit[i], Math.max(next, base.exit[i]));
    other.factor[i] = base.factor[i];
  }
  return other;
}

function compareGrid(
  gridCase: GridCase,
  factory: BackendFactory,
  market = marketOf(gridCase),
): void {
  const { settings, grid, seed } = gridCase;
  const { close, time: openTimes, signal } = market;
  const prices = { open: close, high: close, low: close, close };
  const rules = new AccountRules(settings);
  const backend = factory(rules, { ...prices, openTimes, timeframeMs: HOUR_MS });
  try {
    const planes = planesOf(signal, settings, backend);
    const base = backend.tradeList(close.length);
    backend.trades(planes, planes, base);
    const neighbour = neighbourOf(base, backend.tradeList(close.length), seed);
    const targets = grid.targets.length;
    const cells = grid.stops.length * targets;
    const single = RANKING_METRICS[seed % RANKING_METRICS.length];
    for (const metrics of [RANKING_METRICS, [single], ["totalReturnPct"] as const]) {
      const scorer = scorerOf(backend, gridCase, metrics);
      const columns = metrics.map(() => new Float64Array(cells + 1));
      scorer.open(neighbour);
      scorer.openRows();
      scorer.open(base);
      scorer.openRows();
      grid.stops.forEach((_, pair) => {
        scorer.scoreRow(pair, columns, 1 + pair * targets);
      });
      const cellOf = (n: number) => (n * 7 + seed) % cells;
      for (let n = 0; n < Math.min(SLOW_CELLS, cells); n++) {
        const slow = slowly(gridCase, market, cellOf(n));
        const one = new Float64Array(metrics.length);
        scorer.scoreCell(Math.floor(cellOf(n) / targets), cellOf(n) % targets, one, 0);
        metrics.forEach((metric, m) => {
          const expected = slow[RANKING_METRICS.indexOf(metric)];
          const where = `${metric} of cell ${cellOf(n)} among ${metrics}`;
          expect(one[m], `${where}, alone`).toBe(expected);
          expect(columns[m][1 + cellOf(n)], `${where}, in its row`).toBe(expected);
        });
      }
    }
  } finally {
    backend.release();
  }
}

describeEachKernel("a risk grid = the bar loop, to the bit", (kernels) => {
  it("in rows and single cells, in every metric, for trades of any length", () => {
    const factory = backendFactory(kernels);
    fc.assert(
      fc.property(anyCase, (gridCase) => compareGrid(gridCase, factory)),
      { numRuns: 700 },
    );
  });

  it("where one close meets a level exactly, wherever it lies, and no other does", () => {
    const grid = { stops: [null, 50, 75], trails: [null], targets: [null, 25, 50] };
    const bars = 24;
    for (const side of [1, -1]) {
      for (const met of [50, 125, 150, 175]) {
        for (let bar = 1; bar < bars; bar++) {
          // Between any two levels: no close but one is at or beyond any.
          const close = new Float64Array(bars).fill(100 + side).fill(met, bar, bar + 1);
          close[0] = 100;
          const signal = new Int8Array(bars).fill(side);
          const time = close.map((_, t) => t * HOUR_MS);
          const settings = FREE_SETTINGS;
          const gridCase = { bars, shape: "walk", seed: bar, stands: 1, grid, settings } as const;
          compareGrid(gridCase, backendFactory(kernels), { close, time, signal });
        }
      }
    }
  });

  it("where a short is below nothing before it ends above all, as one before it was", () => {
    // Equity 1, -0.5 and 1.1, then -0.605 and 1.222: its depth is less from the new peak than 1.5.
    const close = Float64Array.of(100, 250, 90, 90, 229.5, 80, 80);
    const signal = Int8Array.of(-1, -1, 0, -1, -1, -1, 0);
    const time = close.map((_, t) => t * HOUR_MS);
    const grid = { stops: [null], trails: [null], targets: [null, 60] };
    for (const seed of [0, 1]) {
      const gridCase = { bars: 7, shape: "walk", seed, stands: 1, grid } as const;
      const settings = FREE_SETTINGS;
      const market = { close, time, signal };
      expect(slowly({ ...gridCase, settings }, market, 0)).toContainEqual(expect.closeTo(155, 9));
      compareGrid({ ...gridCase, settings }, backendFactory(kernels), market);
    }
  });
});
