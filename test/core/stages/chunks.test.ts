import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RANKING_METRICS } from "../../../src/core/metrics/ranking-metric.ts";
import type { BackendFactory } from "../../../src/core/stages/backend.ts";
import { type ColumnDigest, canonicalBytes, feedDigest } from "../../../src/core/stages/digest.ts";
import { mergeRows } from "../../../src/core/stages/merge-rows.ts";
import type { RankedRows } from "../../../src/core/stages/ranked-rows.ts";
import { Ranking } from "../../../src/core/stages/ranking.ts";
import { scoreStageA } from "../../../src/core/stages/stage-a.ts";
import { byVariant, scoreStageB } from "../../../src/core/stages/stage-b.ts";
import { riskCells, type StageName } from "../../../src/core/stages/sweep.ts";
import { SweepScorer } from "../../../src/core/stages/sweep-scorer.ts";
import { TopRows } from "../../../src/core/stages/top-rows.ts";
import { backendFactory } from "../../../src/kernels/backend-factory.ts";
import { describeEachKernel } from "../../support/kernel-suites.ts";
import { planOf } from "../../support/request-samples.ts";
import { sp500Candles } from "../../support/sp500-candles.ts";

const candles = await sp500Candles();
const { sweep } = planOf(
  {
    dataset: "sp500",
    strategy: {
      indicators: {
        fast: { id: "ma.sma", params: { window: { start: 2, stop: 41, step: 1 } } },
        slow: { id: "ma.ema", params: { window: { start: 10, stop: 400, step: 10 } } },
      },
      signals: [{ rule: "cross", of: "fast", against: "slow" }],
      constraint: "fast.window < slow.window",
    },
    risk: { stopLossPct: ["off", 2, 8], takeProfitPct: ["off", 5] },
    ranking: { primary: { metric: "sharpe" }, secondary: { metric: "numTrades" } },
    execution: { direction: "LONG_ONLY", periodsPerYear: 252 },
    preselect: 60,
    topK: 40,
  },
  {},
  { datasetHash: "5".repeat(64), timeframe: "1d", candles },
);
const SPACE = 40 * 40;
const CELLS = riskCells(sweep);
const STRIDE = 1 + RANKING_METRICS.length;

interface Range {
  readonly from: number;
  readonly to: number;
}

/** `[0, total)` cut at the given positions. */
function cut(total: number, at: readonly number[]): Range[] {
  const ends = [...new Set([...at, total])].filter((n) => n > 0 && n <= total);
  ends.sort((a, b) => a - b);
  return ends.map((to, i) => ({ from: i === 0 ? 0 : ends[i - 1], to }));
}

function chunksOf(total: number, size: number): Range[] {
  const count = Math.ceil(total / size);
  return cut(
    total,
    Array.from({ length: count }, (_, i) => (i + 1) * size),
  );
}

interface Stage {
  readonly rows: RankedRows;
  /** Whole columns, one a ranking metric of the sweep. */
  readonly columns: readonly Float64Array[];
  readonly scored: number;
}

/** A stage done chunk by chunk, each with heap and columns of its own, in the order given. */
function runStage(
  scorer: SweepScorer,
  chunks: readonly Range[],
  shortlist: Float64Array | null,
): Stage {
  const cells = shortlist === null ? 1 : CELLS;
  const keep = shortlist === null ? sweep.preselect : sweep.topK;
  const total = Math.max(...chunks.map(({ to }) => to));
  const columns = sweep.ranking.map(() => new Float64Array(total * cells));
  let scored = 0;
  // A chunk alone is scored in the order of the shortlist, several in that of threads.
  const ordered = (from: number, to: number) =>
    chunks.length > 1 ? byVariant(shortlist!, from, to) : null;
  const lists = chunks.map(({ from, to }) => {
    const top = new TopRows(new Ranking(sweep.ranking), keep);
    const own = sweep.ranking.map(() => new Float64Array((to - from) * cells).fill(-7));
    const output = { top, columns: own, origin: from * cells };
    scored +=
      shortlist === null
        ? scoreStageA(scorer, from, to, output)
        : scoreStageB(scorer, { shortlist, from, to, positions: ordered(from, to) }, output);
    for (const [m, column] of own.entries()) columns[m].set(column, from * cells);
    return top.drain();
  });
  return { rows: mergeRows(sweep, lists, keep), columns, scored };
}

function indicesOf({ stride, data }: RankedRows): Float64Array {
  return data.filter((_, i) => i % stride === 0);
}

function columnDigests(stage: StageName, columns: readonly Float64Array[]): ColumnDigest[] {
  return sweep.ranking.map(({ metric }, m) => ({
    stage,
    metric,
    sha256Hex: createHash("sha256").update(canonicalBytes(columns[m])).digest("hex"),
  }));
}

/** Both stages with Stage A and Stage B cut as given, and the digest of it all. */
function runSweep(
  backend: BackendFactory,
  cutA: (total: number) => readonly Range[],
  cutB: (total: number) => readonly Range[],
) {
  const scorer = new SweepScorer(sweep, candles, { backend });
  const a = runStage(scorer, cutA(SPACE), null);
  const shortlist = indicesOf(a.rows);
  const b = runStage(scorer, cutB(shortlist.length), shortlist);
  const all = new SweepScorer(sweep, candles, { backend, metrics: RANKING_METRICS });
  const data = new Float64Array((b.rows.data.length / b.rows.stride) * STRIDE);
  for (const [i, variant] of indicesOf(b.rows).entries()) {
    const base = Math.floor(variant / CELLS);
    data[i * STRIDE] = variant;
    all.seek(base);
    all.openRisk();
    all.scoreCell(variant - base * CELLS, data, i * STRIDE + 1);
  }
  const digests = [...columnDigests("STAGE_A", a.columns), ...columnDigests("STAGE_B", b.columns)];
  const hash = createHash("sha256");
  feedDigest(hash, digests, { stride: STRIDE, data });
  return { a, b, digest: hash.digest("hex") };
}

const whole = (total: number) => [{ from: 0, to: total }];
const expected = runSweep(backendFactory("reference"), whole, whole);

function expectSame(found: ReturnType<typeof runSweep>): void {
  for (const stage of ["a", "b"] as const) {
    expect(found[stage].scored).toBe(expected[stage].scored);
    expect(canonicalBytes(found[stage].rows.data)).toEqual(
      canonicalBytes(expected[stage].rows.data),
    );
    expect(found[stage].columns.map(canonicalBytes)).toEqual(
      expected[stage].columns.map(canonicalBytes),
    );
  }
  expect(found.digest).toBe(expected.digest);
}

describeEachKernel("a sweep over the S&P 500", (kernels) => {
  const backend = backendFactory(kernels);

  it("gives the same rows, columns and digest for chunks of 1, 7, 997 and all", () => {
    for (const size of [1, 7, 997, SPACE]) {
      const chunks = (total: number) => chunksOf(total, size);
      expectSame(runSweep(backend, chunks, chunks));
    }
  });

  it("gives the same bytes for chunks of any size in any order", () => {
    const cuts = fc.array(fc.nat(SPACE), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, cuts, fc.integer(), (at, positions, order) => {
        const shuffled = (ranges: Range[]) =>
          ranges.toSorted((x, y) => ((x.from ^ order) % 101) - ((y.from ^ order) % 101));
        const found = runSweep(
          backend,
          (total) => shuffled(cut(total, at)),
          (total) => shuffled(cut(total, positions)),
        );
        expectSame(found);
      }),
      { numRuns: 3 },
    );
  });
});

describe("stages", () => {
  it("score what the constraint leaves and leave the rest undefined", () => {
    const { a, b } = expected;
    let existing = 0;
    for (let index = 0; index < SPACE; index++) {
      // The axis of ma.ema comes before that of ma.sma.
      const slow = 10 * (Math.floor(index / 40) + 1);
      const fast = 2 + (index % 40);
      if (fast < slow) existing++;
      else for (const column of a.columns) expect(column[index]).toBeNaN();
    }
    expect(a.scored).toBe(existing);
    expect(b.scored).toBe(sweep.preselect * CELLS);
  });

  it("keep exactly the best of what their columns say", () => {
    for (const { rows, columns } of [expected.a, expected.b]) {
      const shortlist = indicesOf(expected.a.rows);
      const all = [...columns[0].keys()]
        .map((at) => ({
          index:
            rows === expected.a.rows
              ? at
              : shortlist[Math.floor(at / CELLS)] * CELLS + (at % CELLS),
          sharpe: columns[0][at],
          trades: columns[1][at],
        }))
        .filter(({ trades }) => !Number.isNaN(trades));
      const key = (x: number) => (Number.isNaN(x) ? Number.NEGATIVE_INFINITY : x);
      all.sort((x, y) => key(y.sharpe) - key(x.sharpe) || y.trades - x.trades || x.index - y.index);
      const keep = rows === expected.a.rows ? sweep.preselect : sweep.topK;
      expect([...rows.data]).toEqual(
        all.slice(0, keep).flatMap(({ index, sharpe, trades }) => [index, sharpe, trades]),
      );
    }
  });

  it("end early when asked, with what they have scored one by one", () => {
    const scorer = new SweepScorer(sweep, candles, { batches: false });
    const output = (length: number) => ({
      top: new TopRows(new Ranking(sweep.ranking), 1_000),
      columns: sweep.ranking.map(() => new Float64Array(length).fill(Number.NaN)),
      origin: 0,
    });
    const told: number[] = [];
    const stopAt = (count: number) => (scored: number) => told.push(scored) > count;
    const a = output(SPACE);
    expect(scoreStageA(scorer, 0, SPACE, a, stopAt(100))).toBe(100);
    expect(a.top.count).toBe(100);
    expect(told).toEqual(Array.from({ length: 101 }, (_, i) => i));
    told.length = 0;
    const shortlist = indicesOf(expected.a.rows);
    const b = output(shortlist.length * CELLS);
    const work = { shortlist, from: 0, to: shortlist.length };
    // It asks before each row of targets.
    expect(scoreStageB(scorer, work, b, stopAt(5))).toBe(5 * sweep.targets.length);
    expect(b.top.count).toBe(5 * sweep.targets.length);
    expect(told).toEqual([0, 1, 2, 3, 4, 5].map((rows) => rows * sweep.targets.length));
  });
});
