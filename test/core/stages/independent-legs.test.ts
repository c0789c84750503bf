import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RISK_OFF } from "../../../src/core/execution/settings.ts";
import { RANKING_METRICS, type RankingMetric } from "../../../src/core/metrics/ranking-metric.ts";
import { Ranking } from "../../../src/core/stages/ranking.ts";
import { scoreStageA, stageAWork } from "../../../src/core/stages/stage-a.ts";
import type { StageOutput } from "../../../src/core/stages/stage-output.ts";
import { SweepScorer } from "../../../src/core/stages/sweep-scorer.ts";
import { TopRows } from "../../../src/core/stages/top-rows.ts";
import { backendFactory } from "../../../src/kernels/backend-factory.ts";
import { FREE_SETTINGS } from "../../support/execution-arbitraries.ts";
import { describeEachKernel } from "../../support/kernel-suites.ts";
import {
  anyLegSweep,
  anyVolumeSweep,
  gatedPanels,
  twiceRuined,
  volumeSweep,
} from "../../support/leg-sweeps.ts";
import { ReferenceScorer } from "../../support/reference-scorer.ts";

/** Indices that are scored and compared of one sweep. */
const MAX_VARIANTS = 60;
/** What kernels watch in different ways, and all of it together. */
const MEASURED: readonly (readonly RankingMetric[])[] = [
  ["totalReturnPct"],
  ["profitFactor", "totalReturnPct", "winRatePct", "numTrades", "expectancyPct"],
  ["maxDrawdownPct", "returnOverMaxDrawdown"],
  ["sharpe"],
  ["sortino"],
  ["calmar"],
  RANKING_METRICS,
];

describeEachKernel("independent legs = reference engine, to the bit", (kernels) => {
  const backend = backendFactory(kernels);

  it("in random sweeps, whatever the cuts", () => {
    let compared = 0;
    let engines = 0;
    fc.assert(
      fc.property(anyLegSweep, fc.nat(), fc.integer({ min: 1, max: 40 }), (one, offset, step) => {
        const { sweep, candles } = one;
        const metrics = MEASURED[offset % MEASURED.length];
        const scorer = new SweepScorer(sweep, candles, { backend, metrics });
        const engine = scorer.legEngine();
        const reference = new ReferenceScorer(sweep, candles);
        const size = scorer.space.grid.size;
        const first = size <= MAX_VARIANTS ? 0 : offset % (size - MAX_VARIANTS);
        const last = Math.min(size, first + MAX_VARIANTS);
        if (engine !== null) engines++;
        for (let from = first; engine !== null && from < last; from += step) {
          const to = Math.min(from + step, last);
          const columns = columnsOf(scorer, from, to);
          for (let index = from; index < to; index++) {
            scorer.seek(index);
            const expected = scorer.exists()
              ? reference.metrics(reference.signal(index), RISK_OFF)
              : RANKING_METRICS.map(() => Number.NaN);
            metrics.forEach((metric, m) => {
              const value = columns[m][index - from];
              const slow = expected[RANKING_METRICS.indexOf(metric)];
              if (Object.is(value, slow)) return;
              expect.fail(`${metric} of ${index} is ${value}, the reference says ${slow}`);
            });
            compared++;
          }
        }
        scorer.release();
      }),
      { numRuns: 400 },
    );
    expect(engines).toBeGreaterThan(150);
    expect(compared).toBeGreaterThan(4_000);
  });
});

describeEachKernel("panels of ruined accounts", (kernels) => {
  it("stop at the first trade that loses all, though the product of two is positive", () => {
    const { sweep, candles } = twiceRuined(FREE_SETTINGS);
    const scorer = new SweepScorer(sweep, candles, { backend: backendFactory(kernels) });
    expect(scorer.legEngine()).not.toBeNull();
    const [out] = columnsOf(scorer, 0, 2);
    scorer.release();
    // A short from 10 to 40: 2 - 4 times the stake.
    expect([...out]).toEqual([-300, -300]);
  });
});

describeEachKernel("panels on wild prices", (kernels) => {
  const backend = backendFactory(kernels);

  it("have the equity of the reference engine at every bar, to the bit", () => {
    fc.assert(
      fc.property(anyVolumeSweep, fc.nat(MEASURED.length - 1), ({ sweep, candles }, list) => {
        const metrics = MEASURED[list];
        const scorer = new SweepScorer(sweep, candles, { backend, metrics });
        expect(scorer.legEngine()).not.toBeNull();
        const reference = new ReferenceScorer(sweep, candles);
        const columns = columnsOf(scorer, 0, scorer.space.grid.size);
        const expected = Array.from(columns[0], (_, index) =>
          reference.metrics(reference.signal(index), RISK_OFF),
        );
        for (const [m, metric] of metrics.entries()) {
          const place = RANKING_METRICS.indexOf(metric);
          expect([...columns[m]], metric).toEqual(expected.map((values) => values[place]));
        }
        scorer.release();
      }),
      { numRuns: 300 },
    );
  });
});

describeEachKernel("panels of accounts that sink below nothing", (kernels) => {
  it("know the deeper fall, though the peak after it makes a smaller share of it", () => {
    // Two shorts from 10: the first is worth -0.5 at worst, the second -0.7 before it is worth 1.9.
    const closes = [10, 25, 10, 10, 27, 1, 10];
    const volumes = [0, 0, 4, 0, 0, 0, 4];
    const bars = closes.map((close, t) => ({ close, volume: volumes[t], hours: 1 }));
    const { sweep, candles } = volumeSweep(bars, 0);
    const metrics = ["maxDrawdownPct"] as const;
    const scorer = new SweepScorer(sweep, candles, { backend: backendFactory(kernels), metrics });
    expect(scorer.legEngine()).not.toBeNull();
    const [out] = columnsOf(scorer, 0, scorer.space.grid.size);
    scorer.release();
    for (const drawdown of out) expect(drawdown).toBeCloseTo(170, 9);
  });
});

describeEachKernel("long panels behind gates", (kernels) => {
  const backend = backendFactory(kernels);

  it.each([
    ["a calm market", { volatilityPct: 0.3 }, 0.1],
    ["a wild market", { volatilityPct: 10 }, 0.1],
    ["costs that ruin", { volatilityPct: 0.3 }, 4],
    ["few prices", { volatilityPct: 0.2, tickSize: 1 }, 0],
  ])("score the variants of %s as each by itself is", (_, market, feePct) => {
    const { sweep, candles } = gatedPanels({ bars: 3_001, seed: 5, ...market }, feePct);
    for (const metrics of MEASURED) {
      const [together, alone] = [true, false].map((batches) => {
        const scorer = new SweepScorer(sweep, candles, { backend, metrics, batches });
        expect(scorer.legEngine() !== null).toBe(batches);
        const columns = columnsOf(scorer, 0, scorer.space.grid.size);
        scorer.release();
        return columns.map((column) => [...column]);
      });
      expect(new Set(alone[0]).size).toBeGreaterThan(2);
      expect(together).toEqual(alone);
    }
  });
});

describe("panels", () => {
  it("come once each in pieces, are told of, and are left early when asked to", () => {
    fc.assert(
      fc.property(anyLegSweep, fc.integer({ min: 1, max: 5 }), ({ sweep, candles }, step) => {
        const scorer = new SweepScorer(sweep, candles);
        if (scorer.legEngine() === null) return;
        const { size } = scorer.space.grid;
        const whole = columnsOf(scorer, 0, size);
        const work = stageAWork(scorer, { from: 0, to: size }, 2);
        const output = outputOf(scorer, 0, size);
        let scored = 0;
        for (let to = work.count; to > 0; to -= step) {
          const span = { from: Math.max(0, to - step), to, soon: to };
          const heard: number[] = [];
          const stop = (some: number) => heard.push(some) === 0;
          scored += work.score(span, output, stop);
          expect(heard).toEqual(heard.toSorted((a, b) => a - b));
        }
        expect(scored).toBe(scorer.space.count);
        expect(output.columns).toEqual(whole);
        const all = { from: 0, to: work.count, soon: work.count };
        expect(work.score(all, outputOf(scorer, 0, size), () => true)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });
});

function outputOf(scorer: SweepScorer, from: number, to: number): StageOutput {
  const columns = scorer.metrics.map(() => new Float64Array(to - from).fill(-1));
  const order = scorer.metrics.map((metric) => ({ metric, direction: "DESC" as const }));
  return { top: new TopRows(new Ranking(order), 10), columns, origin: from };
}

/** Columns of a range, as Stage A leaves them. */
function columnsOf(scorer: SweepScorer, from: number, to: number): readonly Float64Array[] {
  const output = outputOf(scorer, from, to);
  scoreStageA(scorer, from, to, output);
  return output.columns;
}
