import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ExecutionSettings, RISK_OFF } from "../../../src/core/execution/settings.ts";
import { Grid } from "../../../src/core/grid/grid.ts";
import { RANKING_METRICS, type RankingMetric } from "../../../src/core/metrics/ranking-metric.ts";
import type { BackendFactory } from "../../../src/core/stages/backend.ts";
import { riskLevels } from "../../../src/core/stages/describe.ts";
import { ReferenceBackend } from "../../../src/core/stages/reference-backend.ts";
import { SCORER_CACHES } from "../../../src/core/stages/scorer-caches.ts";
import type { Sweep } from "../../../src/core/stages/sweep.ts";
import { type ScorerOptions, SweepScorer } from "../../../src/core/stages/sweep-scorer.ts";
import { WasmBackend } from "../../../src/kernels/wasm-backend.ts";
import { ReferenceScorer } from "../../support/reference-scorer.ts";
import {
  anyCloseSweep,
  anySweep,
  candlesOf,
  type SweepCase,
} from "../../support/sweep-arbitraries.ts";

/** Room for all, for little, for none: rows are then compared in pairs and planes computed anew. */
const anyCaches = fc.constantFrom(
  SCORER_CACHES,
  { seriesBytes: 1_000, planeBytes: 200 },
  { seriesBytes: 0, planeBytes: 0 },
);

/** Variants compared in one sweep; the rest of a large one is left out, seldom the same part. */
const MAX_CELLS = 40;

const BACKENDS: Readonly<Record<string, BackendFactory>> = {
  reference: (rules, market) => new ReferenceBackend(rules, market),
  wasm: (rules, market) => new WasmBackend(rules, market),
};

describe("each backend = reference engine, to the bit", () => {
  it("in every metric of every base variant and risk cell of random sweeps", () => {
    let compared = 0;
    fc.assert(
      fc.property(anyCloseSweep, fc.nat(), anyCaches, (sweepCase, offset, caches) => {
        compared += compareSweep(sweepCase, offset, caches, BACKENDS);
      }),
      { numRuns: 1_500 },
    );
    expect(compared).toBeGreaterThan(30_000);
  });
});

describe("each backend around the borders of blocks", () => {
  it("is the reference engine, to the bit", () => {
    const anyLong = fc.tuple(anyCloseSweep, candlesOf([511, 512, 513]), fc.nat(512));
    fc.assert(
      fc.property(anyLong, fc.nat(), anyCaches, ([one, candles, first], offset, caches) => {
        const lastBar = candles.close.length;
        const sweep = { ...one.sweep, firstBar: first % 3 === 0 ? first % lastBar : 0, lastBar };
        compareSweep({ candles, sweep }, offset, caches, BACKENDS);
      }),
      { numRuns: 50 },
    );
  });
});

describe("every fill mode, cost and stop = reference engine, to the bit", () => {
  it("in every metric of every base variant and risk cell of random sweeps", () => {
    let compared = 0;
    fc.assert(
      fc.property(anySweep, fc.nat(), anyCaches, (sweepCase, offset, caches) => {
        compared += compareSweep(sweepCase, offset, caches, { wasm: BACKENDS.wasm });
      }),
      { numRuns: 2_500 },
    );
    expect(compared).toBeGreaterThan(80_000);
  });
});

describe("choice of the backend", () => {
  it("leaves to the readable one whatever the twins do not do", () => {
    const others: Partial<Record<keyof ExecutionSettings, unknown>>[] = [
      { fillMode: "NEXT_OPEN" },
      { fillMode: "INTRABAR" },
      { entryDelayBars: 1 },
      { fixedFee: 0.01 },
      { fundingLongPctPerBar: -0.01 },
      { fundingShortPctPerBar: 0.01 },
    ];
    fc.assert(
      fc.property(anyCloseSweep, ({ candles, sweep }) => {
        const backendOf = (changed: Partial<Sweep>) => {
          const scorer = new SweepScorer({ ...sweep, ...changed }, candles, {
            backend: BACKENDS.wasm,
          });
          scorer.release();
          return scorer.backendName;
        };
        expect(backendOf({})).toBe("wasm");
        expect(backendOf({ trails: [null, 2] })).toBe("reference");
        for (const other of others) {
          const execution = { ...sweep.execution, ...other } as ExecutionSettings;
          expect(backendOf({ execution }), JSON.stringify(other)).toBe("reference");
        }
      }),
      { numRuns: 20 },
    );
  });
});

/** Each backend with what the reference engine says, which is computed once for all of them. */
function compareSweep(
  { candles, sweep }: SweepCase,
  offset: number,
  caches: NonNullable<ScorerOptions["caches"]>,
  backends: typeof BACKENDS,
): number {
  const metrics: readonly RankingMetric[] =
    offset % 2 === 0 ? RANKING_METRICS : [RANKING_METRICS[(offset >> 1) % 10]];
  const scorers = Object.entries(backends).map(([name, backend]) => ({
    name,
    scorer: new SweepScorer(sweep, candles, { backend, caches, metrics }),
  }));
  const reference = new ReferenceScorer(sweep, candles);
  const fast = new Float64Array(metrics.length);
  const { size } = new Grid(sweep.axes);
  let compared = 0;
  for (let n = 0; n < size && compared < MAX_CELLS; n++) {
    const index = (n + offset) % size;
    for (const { scorer } of scorers) scorer.seek(index);
    if (!scorers[0].scorer.exists()) continue;
    const signal = reference.signal(index);
    const base = reference.metrics(signal, RISK_OFF);
    for (const { name, scorer } of scorers) {
      scorer.scoreBase(fast, 0);
      expectSameBits(metrics, fast, base, () => `${name}: base ${index}`);
      scorer.openRisk();
    }
    compared++;
    for (let cell = 0; cell < scorers[0].scorer.cells; cell++) {
      const risk = riskLevels(sweep, cell);
      const slow = reference.metrics(signal, risk);
      for (const { name, scorer } of scorers) {
        scorer.scoreCell(cell, fast, 0);
        const where = () => `${name}: base ${index} ${JSON.stringify(risk)}`;
        expectSameBits(metrics, fast, slow, where);
      }
      compared++;
    }
  }
  return compared;
}

function expectSameBits(
  metrics: readonly RankingMetric[],
  fast: Float64Array,
  reference: Float64Array,
  where: () => string,
): void {
  metrics.forEach((metric, m) => {
    const slow = reference[RANKING_METRICS.indexOf(metric)];
    if (Object.is(fast[m], slow)) return;
    expect.fail(`${where()}: ${metric} is ${fast[m]}, the reference says ${slow}`);
  });
}
