import fc from "fast-check";
import { expect, it } from "vitest";
import { RISK_OFF } from "../../src/core/execution/settings.ts";
import type { Axis } from "../../src/core/grid/axis.ts";
import { RANKING_METRICS, type RankingMetric } from "../../src/core/metrics/ranking-metric.ts";
import { Random } from "../../src/core/random.ts";
import { allocateCandles, type Candles } from "../../src/core/series/candles.ts";
import { dealtVariants } from "../../src/core/stages/batch-engine.ts";
import type { OperandBinding, Sweep } from "../../src/core/stages/sweep.ts";
import { SweepScorer } from "../../src/core/stages/sweep-scorer.ts";
import { backendFactory } from "../../src/kernels/backend-factory.ts";
import type { KernelName } from "../../src/kernels/choose-kernels.ts";
import { syntheticCandles } from "../../src/market-data/synthetic.ts";
import { anyCloseSettings, FREE_SETTINGS } from "../support/execution-arbitraries.ts";
import { describeEachKernel } from "../support/kernel-suites.ts";
import { ReferenceScorer } from "../support/reference-scorer.ts";
import { planOf } from "../support/request-samples.ts";
import { sp500Candles } from "../support/sp500-candles.ts";

const HOUR_MS = 3_600_000;
/** Around the borders of words and blocks. */
const BARS = [1, 2, 63, 64, 65, 128, 511, 512, 513, 577, 1_024, 1_025, 1_500];

/** What a close is of the one before it, from a random number in [0, 1). */
const MARKETS: Readonly<Record<string, (x: number) => number>> = {
  flat: () => 1,
  gappy: (x) => (x < 0.9 ? 1 : 0.97 + x * 0.03),
  ticks: (x) => (x < 0.3 ? 0.9999 : x < 0.7 ? 1 : 1.0001),
  walk: (x) => 0.99 + x * 0.0202,
  spikes: (x) => (x < 0.01 ? 0.4 : x > 0.99 ? 2.2 : 0.995 + x * 0.01),
  ruin: (x) => 0.4 + x * 1.5,
  tide: (x) => (x < 0.008 ? 0.35 + x * 12 : 1 + x * 0.016),
  // Steps of a tick or few that a float32 does not tell apart.
  fine: (x) => 1 + (Math.floor(x * 7) - 3) * 1.2e-8,
};
const FINE_PRICE = 900_000;

/** For `quietBars` at first it is a walk. */
function marketOf(market: string, bars: number, seed: number, quietBars = 0): Candles {
  const candles = allocateCandles(bars);
  const source = new Random(seed);
  const random = () => source.uniform();
  let price = market === "fine" ? FINE_PRICE : 100;
  for (let t = 0, hour = 0; t < bars; t++) {
    const step = MARKETS[t < quietBars ? "walk" : market](random());
    price = Math.min(1e6, Math.max(0.01, Math.round(price * step * 100) / 100));
    hour += random() < 0.03 ? 40 : 1;
    candles.time[t] = hour * HOUR_MS;
    candles.open[t] = candles.close[t] = price;
    candles.high[t] = price * (1 + (random() < 0.2 ? 0.01 : 0));
    candles.low[t] = price;
    candles.volume[t] = Math.floor(random() * 50);
  }
  return candles;
}

const axis = (name: string, values: Axis["values"]): Axis => ({ name, values });
const bound = (n: number) => ({ axis: n });
const output = (indicator: string): OperandBinding => ({ indicator, output: "value" });

type Operands = Pick<Sweep, "axes" | "indicators"> & {
  readonly of: OperandBinding;
  readonly against: OperandBinding;
};

/** Families of rows: means of one source and of two, copied series, a price beside either. */
const FAMILIES: readonly Operands[] = [
  {
    axes: [axis("a.window", [1, 2, 3, 5, 8, 40]), axis("b.window", [2, 3, 4, 9, 130])],
    indicators: [
      { name: "a", id: "ma.sma", params: { window: bound(0) } },
      { name: "b", id: "ma.sma", params: { window: bound(1) } },
    ],
    of: output("a"),
    against: output("b"),
  },
  {
    axes: [axis("a.window", [2, 7, 30]), axis("a.source", ["close", "hlc3", "volume"])],
    indicators: [
      { name: "a", id: "ma.sma", params: { window: bound(0), source: bound(1) } },
      { name: "b", id: "ma.ema", params: { window: { value: 6 } } },
    ],
    of: output("b"),
    against: output("a"),
  },
  ...["ma.wma", "ma.sma"].map((id) => ({
    axes: [axis("a.window", [1, 2, 3, 25])],
    indicators: [{ name: "a", id, params: { window: bound(0) } }],
    of: { price: "close" } as const,
    against: output("a"),
  })),
];

/** All bars, without costs. */
function sweepOf({ axes, indicators, of, against }: Operands, candles: Candles): Sweep {
  return {
    axes,
    indicators,
    signals: [{ name: "a", rule: "cross", operands: { of, against }, params: {} }],
    constraint: null,
    execution: FREE_SETTINGS,
    firstBar: 0,
    lastBar: candles.close.length,
    timeframeMs: HOUR_MS,
    stops: [null],
    trails: [null],
    targets: [null],
    ranking: [{ metric: "totalReturnPct", direction: "DESC" }],
    preselect: 10,
    topK: 10,
  };
}

interface Case {
  readonly candles: Candles;
  readonly sweep: Sweep;
  readonly metrics: readonly RankingMetric[];
  readonly cuts: readonly number[];
}

const anyCase: fc.Arbitrary<Case> = fc
  .record({
    market: fc.constantFrom(...Object.keys(MARKETS)),
    bars: fc.constantFrom(...BARS),
    seed: fc.nat(),
    family: fc.constantFrom(...FAMILIES),
    constraint: fc.boolean(),
    warmup: fc.constantFrom(0, 0.1, 0.4),
    execution: fc.oneof(
      anyCloseSettings,
      anyCloseSettings.map((settings) => ({ ...settings, sizing: "ALL_IN" as const })),
    ),
    metrics: fc.oneof(
      fc.constantFrom(...RANKING_METRICS).map((metric) => [metric]),
      fc.constant([...RANKING_METRICS]),
    ),
    cuts: fc.array(fc.nat(30), { maxLength: 3 }),
  })
  .map(({ market, bars, seed, family, constraint, warmup, execution, metrics, cuts }) => {
    const { axes, indicators, of, against } = family;
    const firstBar = Math.floor(warmup * (bars - 1));
    const numbers = axes.length > 1 && typeof axes[1].values[0] === "number";
    const candles = marketOf(market, bars, seed);
    const sweep: Sweep = {
      ...sweepOf({ axes, indicators, of, against }, candles),
      constraint: constraint && numbers ? "a.window < b.window" : null,
      execution,
      firstBar,
    };
    return { candles, sweep, metrics, cuts };
  });

function engineOf(
  kernels: KernelName,
  sweep: Sweep,
  candles: Candles,
  metrics: readonly RankingMetric[],
) {
  const scorer = new SweepScorer(sweep, candles, { metrics, backend: backendFactory(kernels) });
  return { scorer, engine: scorer.batchEngine() };
}

type Scorer = ReturnType<typeof engineOf>;

/** Every variant's metrics, in batches dealt to two and cut at the given indices. */
function scoredBy(
  { engine, scorer: { space } }: Scorer,
  width: number,
  cuts: readonly number[],
): Float64Array {
  const { size } = space.grid;
  const ends = [...new Set([...cuts, size])].filter((n) => n > 0 && n <= size);
  const all = new Float64Array(size * width).fill(Number.NaN);
  const parts = 1 + (cuts.length % 2);
  let from = 0;
  for (const to of ends.toSorted((a, b) => a - b)) {
    for (let part = 0; part < parts; part++) {
      const variants = dealtVariants(space, { from, to, part, parts });
      const rows = new Float64Array(variants.length * width).fill(-7);
      expect(engine!.score(variants, rows, () => false)).toBe(true);
      for (const [i, index] of variants.entries()) {
        all.set(rows.subarray(i * width, (i + 1) * width), index * width);
      }
    }
    from = to;
  }
  return all;
}

/** Numbers compared, all of them equal. */
function sameAsReference(kernels: KernelName, { candles, sweep, metrics, cuts }: Case): number {
  let compared = 0;
  const made = engineOf(kernels, sweep, candles, metrics);
  const { scorer, engine } = made;
  expect(engine).not.toBeNull();
  const { size } = scorer.space.grid;
  const fast = scoredBy(made, metrics.length, cuts);
  const reference = new ReferenceScorer(sweep, candles);
  scorer.seek(0);
  for (let index = 0; index < size; index++, scorer.next()) {
    const slow = scorer.exists()
      ? reference.metrics(reference.signal(index), RISK_OFF)
      : new Float64Array(RANKING_METRICS.length).fill(Number.NaN);
    metrics.forEach((metric, m) => {
      const value = fast[index * metrics.length + m];
      const expected = slow[RANKING_METRICS.indexOf(metric)];
      compared++;
      if (Object.is(value, expected)) return;
      expect.fail(`${index}: ${metric} is ${value}, the reference says ${expected}`);
    });
  }
  scorer.release();
  return compared;
}

describeEachKernel("pair engine = reference engine, to the bit", (kernels) => {
  it("in every metric, sizing and direction, however the batches are cut", () => {
    let compared = 0;
    let batched = 0;
    fc.assert(
      fc.property(anyCase, ({ candles, sweep, metrics, cuts }) => {
        batched += cuts.length;
        compared += sameAsReference(kernels, { candles, sweep, metrics, cuts });
      }),
      { numRuns: 300 },
    );
    expect(compared).toBeGreaterThan(12_000);
    expect(batched).toBeGreaterThan(100);
  });

  it("where equity is lost at the end of a day and comes back: there is no Calmar", () => {
    let lost = 0;
    for (let seed = 0; seed < 40; seed++) {
      const candles = marketOf("tide", 1_025, seed, 500);
      const sweep: Sweep = {
        ...sweepOf(FAMILIES[0], candles),
        execution: { ...FREE_SETTINGS, sizing: "ALL_IN" },
      };
      const metrics = ["calmar"] as const;
      sameAsReference(kernels, { candles, sweep, metrics, cuts: [] });
      const { scorer } = engineOf(kernels, sweep, candles, metrics);
      const reference = new ReferenceScorer(sweep, candles);
      for (let index = 0; index < scorer.space.grid.size; index++) {
        const values = reference.metrics(reference.signal(index), RISK_OFF);
        const metricOf = (metric: RankingMetric) => values[RANKING_METRICS.indexOf(metric)];
        const comesBack = metricOf("maxDrawdownPct") > 100 && metricOf("totalReturnPct") > -99;
        if (comesBack && Number.isNaN(metricOf("calmar"))) lost++;
      }
      scorer.release();
    }
    expect(lost).toBeGreaterThan(5);
  });

  it("where the first day of a block that is settled alone ends with nothing: no Calmar", () => {
    const { axes, indicators, of, against } = FAMILIES[0];
    const candles = marketOf("walk", 1_300, 7);
    // Long before the fall, short after it, at half of what the spike costs at the end of a day;
    // once all averages are one price nobody has a side, and the block goes in no lock step.
    const [firstBar, fall, spike, onward] = [130, 630, 646, 900];
    for (let t = 0; t < candles.close.length; t++) {
      candles.time[t] = t * HOUR_MS;
      const rise = t < fall ? t : t < onward ? 0 : t - onward;
      const price = t === spike ? 200 : 100 + rise / 20;
      for (const column of [candles.open, candles.high, candles.low, candles.close]) {
        column[t] = price;
      }
    }
    const sweep: Sweep = {
      ...sweepOf({ axes, indicators, of, against }, candles),
      execution: { ...FREE_SETTINGS, sizing: "ALL_IN" },
      firstBar,
    };
    sameAsReference(kernels, { candles, sweep, metrics: ["calmar"], cuts: [] });
    const { scorer } = engineOf(kernels, sweep, candles, ["calmar"]);
    const reference = new ReferenceScorer(sweep, candles);
    let nothing = 0;
    for (let index = 0; index < scorer.space.grid.size; index++) {
      const values = reference.metrics(reference.signal(index), RISK_OFF);
      const metricOf = (metric: RankingMetric) => values[RANKING_METRICS.indexOf(metric)];
      const comesBack = metricOf("maxDrawdownPct") === 100 && metricOf("totalReturnPct") > -99;
      if (comesBack && Number.isNaN(metricOf("calmar"))) nothing++;
    }
    scorer.release();
    expect(nothing).toBeGreaterThan(1);
  });

  it("on real prices, against each variant scored by itself", async () => {
    const candles = await sp500Candles();
    const window = { start: 2, stop: 31, step: 1 };
    const { sweep } = planOf(
      {
        dataset: "sp500",
        strategy: {
          indicators: {
            fast: { id: "ma.sma", params: { window } },
            slow: { id: "ma.sma", params: { window } },
          },
          signals: [{ rule: "cross", of: "fast", against: "slow" }],
        },
      },
      {},
      { datasetHash: "5".repeat(64), timeframe: "1d", candles },
    );
    for (const metrics of [["totalReturnPct"], RANKING_METRICS] as const) {
      const made = engineOf(kernels, sweep, candles, metrics);
      const { scorer } = made;
      const { size } = scorer.space.grid;
      const fast = scoredBy(made, metrics.length, [100, 101]);
      const slow = new Float64Array(fast.length);
      scorer.seek(0);
      for (let n = 0; n < size; n++, scorer.next()) scorer.scoreBase(slow, n * metrics.length);
      expect(fast).toEqual(slow);
      scorer.release();
    }
  });
});

describeEachKernel("pair engine on prices that rest", (kernels) => {
  it("tells the longest window from the others, though most rows are equal", () => {
    const windows = Array.from({ length: 30 }, (_, i) => i + 2);
    const axes = [axis("a.window", windows), axis("b.window", windows)];
    const candles = marketOf("gappy", 1_600, 3);
    // At the last bar of each rest all rows but one are equal, also as kernels estimate them.
    candles.close.set(candles.close.map((_, t) => 1 + (Math.floor(t / 30) % 2)));
    const made = engineOf(kernels, sweepOf({ ...FAMILIES[0], axes }, candles), candles, [
      "totalReturnPct",
      "numTrades",
    ]);
    const { scorer } = made;
    const fast = scoredBy(made, 2, []);
    const slow = new Float64Array(fast.length);
    scorer.seek(0);
    for (let n = 0; n < windows.length ** 2; n++, scorer.next()) scorer.scoreBase(slow, n * 2);
    expect(fast).toEqual(slow);
    scorer.release();
  });
});

describeEachKernel("pair engine", (kernels) => {
  const candles = syntheticCandles({ seed: 5, bars: 3_000 });
  const windows = Array.from({ length: 70 }, (_, i) => i + 2);
  const [family] = FAMILIES;
  const axes = [axis("a.window", windows), axis("b.window", windows)];
  const sweep = sweepOf({ ...family, axes }, candles);
  const size = windows.length ** 2;

  it("tells of its way inside a batch, and can be asked anew after an early end", () => {
    const made = engineOf(kernels, sweep, candles, ["totalReturnPct"]);
    const { scorer, engine } = made;
    const out = new Float64Array(size);
    const variants = Float64Array.from(out, (_, index) => index);
    const heard: number[] = [];
    const listen = (done: number) => {
      heard.push(done);
      return heard.length > 5;
    };
    expect(engine!.score(variants, out, listen)).toBe(false);
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
    expect(new Set(heard).size).toBe(6);
    expect(heard.at(-1)).toBeLessThan(0.5);
    const whole = scoredBy(made, 1, []);
    expect(scoredBy(made, 1, [1, 2_500, 2_501])).toEqual(whole);
    scorer.seek(77);
    scorer.scoreBase(out, 0);
    expect(out[0]).toBe(whole[77]);
    expect(scoredBy(made, 1, [])).toEqual(whole);
    scorer.release();
  });

  it("serves comparisons in words, both ways round, and leaves others alone", () => {
    const engineFor = (sides: { long?: string; short?: string; exitLong?: string }) => {
      const strategy = {
        parameters: { f: { start: 2, stop: 6, step: 1 }, s: { start: 3, stop: 9, step: 2 } },
        expressions: sides,
      };
      const market = { datasetHash: "e".repeat(64), timeframe: "1h" as const, candles };
      const plan = planOf({ dataset: "x", strategy }, {}, market);
      const made = engineOf(kernels, plan.sweep, candles, ["totalReturnPct", "numTrades"]);
      const { scorer, engine } = made;
      if (engine === null) return null;
      const count = scorer.space.grid.size;
      const fast = scoredBy(made, 2, []);
      const slow = new Float64Array(fast.length);
      scorer.seek(0);
      for (let n = 0; n < count; n++, scorer.next()) scorer.scoreBase(slow, n * 2);
      expect(fast).toEqual(slow);
      return fast;
    };
    const [f, s] = ["sma(close, $f)", "sma(close, $s)"];
    const both = engineFor({ long: `${f} > ${s}`, short: `${f} < ${s}` });
    expect(both).not.toBeNull();
    expect(engineFor({ long: `${s} < ${f}`, short: `${s} > ${f}` })).toEqual(both);
    expect(engineFor({ long: `${f} > ${s}` })).not.toEqual(both);
    expect(engineFor({ short: `${f} < ${s}` })).not.toBeNull();
    expect(engineFor({ long: `${f} >= ${s}`, short: `${f} < ${s}` })).toBeNull();
    expect(engineFor({ long: `${f} > ${s}`, short: `${f} > ${s}` })).toBeNull();
    expect(engineFor({ long: `${f} > ${s}`, exitLong: `${f} < ${s}` })).toBeNull();
    expect(engineFor({ long: `${f} > ${s}`, short: "sma(close, $f) < 100" })).toBeNull();
  });
});
