import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { runReference } from "../../../src/core/execution/reference-engine.ts";
import { RISK_OFF } from "../../../src/core/execution/settings.ts";
import { sliceCandles } from "../../../src/core/series/candles.ts";
import { PrefixSum } from "../../../src/core/series/prefix-sum.ts";
import { type PriceSource, priceSeries } from "../../../src/core/series/price-source.ts";
import { describeVariant } from "../../../src/core/stages/describe.ts";
import { Ranking } from "../../../src/core/stages/ranking.ts";
import { scoreStageA } from "../../../src/core/stages/stage-a.ts";
import { scoreStageB } from "../../../src/core/stages/stage-b.ts";
import type { StageName, Sweep } from "../../../src/core/stages/sweep.ts";
import { SweepScorer } from "../../../src/core/stages/sweep-scorer.ts";
import { TopRows } from "../../../src/core/stages/top-rows.ts";
import { DEFAULT_GUARDS } from "../../../src/plan/guards.ts";
import { makePlan } from "../../../src/plan/make-plan.ts";
import { parseRunRequest } from "../../../src/plan/parse-request.ts";
import { describeGolden, hasGolden, readGoldenJson } from "../../support/golden.ts";
import { seedParityCandles } from "../../support/golden-candles.ts";
import {
  type FixtureRow,
  fixtureAxes,
  missingIndicators,
  requestOf,
  type StagedRun,
} from "../../support/staged-runs.ts";

/** Relative to 1 + |expected| percent. */
const TOLERANCE = 1e-9;

/** A few units in the last place: as close as a combined price such as (h + l + c) / 3 is known. */
const ROUNDING = 1e-15;

/** Runs that cannot be asked for here, with the reason. */
const REFUSED: Readonly<Record<string, string>> = {
  "s10-exact-ties":
    "its axes without effect (MACD signal window, Bollinger multiplier) are refused by the plan",
};

/**
 * Runs whose mean prices meet the price exactly on some bars. Our window sums are exact and call such a bar neutral;
 * that engine's running sum is rounded and takes a side. A row that differs must agree once the mean is rounded its way.
 */
const DECIDED_BY_ROUNDING = new Set(["s01-single-sma-sources"]);

const files = hasGolden
  ? readdirSync(new URL("../../../../shared/golden/seed-parity/staged/", import.meta.url))
  : [];

describeGolden("staged runs of seed-parity (float64Twin)", "16 staged runs", () => {
  for (const file of files.sort()) {
    const run = readGoldenJson<StagedRun>(`seed-parity/staged/${file}`);
    it(run.id, (context) => {
      const missing = missingIndicators(run);
      if (missing.length > 0) context.skip(`not in the registry: ${missing.join(", ")}`);
      if (run.id in REFUSED) context.skip(REFUSED[run.id]);
      expectStagedRun(run);
    });
  }
});

function expectStagedRun(run: StagedRun): void {
  const twin = run.float64Twin;
  const { sweep, stageA, stageB, shortlist } = execute(run);
  const axes = fixtureAxes(run);
  const key = (stage: StageName, index: number) => {
    const variant = describeVariant(sweep, stage, index);
    const values: (number | string | null)[] = axes.map((axis) => variant.params[axis]);
    if (stage === "STAGE_B") values.push(variant.stopLossPct, variant.takeProfitPct);
    return JSON.stringify(values);
  };

  expect(stageA.size).toBe(twin.stageATotal);
  const baseReturns = new Map([...stageA].map(([index, value]) => [key("STAGE_A", index), value]));
  const rounded = DECIDED_BY_ROUNDING.has(run.id);
  const rows = twin.stageAAll ?? twin.shortlist;
  for (const row of rows) {
    if (rounded && differs(baseReturns, row, axes.length)) expectAgreesWhenRounded(run, row);
    else expectReturn(baseReturns, row, axes.length);
  }
  expectSameBest([...baseReturns.values()], shortlist, twin.shortlist.length);
  if (rounded) return;

  expect(stageB.size).toBe(twin.stageBTotal);
  const cellReturns = new Map([...stageB].map(([index, value]) => [key("STAGE_B", index), value]));
  for (const row of twin.top) expectReturn(cellReturns, row, axes.length + 2);

  const best = [...cellReturns.values()].sort((a, b) => b - a).slice(0, twin.top.length);
  twin.top.forEach((row, rank) => {
    expect(distance(best[rank], row.at(-1) as number), `rank ${rank + 1}`).toBeLessThan(TOLERANCE);
  });
}

function expectReturn(ours: ReadonlyMap<string, number>, row: FixtureRow, keys: number): void {
  const key = JSON.stringify(row.slice(0, keys));
  const value = ours.get(key);
  expect(value, `variant ${key} exists`).toBeDefined();
  expect(distance(value!, row[keys] as number), `variant ${key}`).toBeLessThan(TOLERANCE);
}

function differs(ours: ReadonlyMap<string, number>, row: FixtureRow, keys: number): boolean {
  const value = ours.get(JSON.stringify(row.slice(0, keys)));
  return value === undefined || distance(value, row[keys] as number) >= TOLERANCE;
}

/** Replays an SMA variant through the reference engine with the foreign engine's rounded mean. */
function expectAgreesWhenRounded(run: StagedRun, row: FixtureRow): void {
  const [source, window, expected] = row as [PriceSource, number, number];
  const candles = seedParityCandles(run.dataset);
  const price = priceSeries(candles, source);
  const mean = roundedRunningMean(price, window);
  const exact = PrefixSum.of(price).means(window);
  const meets = price.filter((x, t) => Math.abs(x - exact[t]) <= ROUNDING * x);
  expect(meets.length, `ties of ${source} and SMA(${window})`).toBeGreaterThan(0);
  const [firstBar, lastBar] = run.targetSlice;
  const execution = runReference({
    close: candles.close,
    signal: Int8Array.from(price, (x, t) => Number(x > mean[t]) - Number(x < mean[t])),
    firstBar,
    lastBar,
    settings: parseRunRequest(requestOf(run)).execution,
    risk: RISK_OFF,
  });
  const startCash = run.executionDefaults.init_cash_quote;
  const ours = (execution.endEquity / startCash - 1) * 100;
  expect(distance(ours, expected), `SMA(${window}) of ${source}`).toBeLessThan(TOLERANCE);
}

/** Mean from a running sum that adds the new value, then takes away the oldest: rounded at every step. */
function roundedRunningMean(series: Float64Array, window: number): Float64Array {
  let sum = 0;
  return series.map((x, t) => {
    sum += x;
    if (t >= window) sum -= series[t - window];
    return t >= window - 1 ? sum / window : Number.NaN;
  });
}

/** Ties are undefined in the fixture: the shortlist is compared by its returns, not by its order. */
function expectSameBest(all: number[], shortlist: number[], length: number): void {
  expect(shortlist).toHaveLength(length);
  const sorted = all.toSorted((a, b) => b - a).slice(0, length);
  expect(shortlist).toEqual(sorted);
}

function distance(ours: number, theirs: number): number {
  return Math.abs(ours - theirs) / (1 + Math.abs(theirs));
}

function execute(run: StagedRun) {
  const candles = seedParityCandles(run.dataset);
  const market = { datasetHash: run.id, timeframe: "1h", candles } as const;
  const options = { guards: DEFAULT_GUARDS, engineVersion: "test", workers: 1 };
  const plan = makePlan(parseRunRequest(requestOf(run)), market, options);
  expect([plan.feedBar + plan.sweep.firstBar, plan.endBar]).toEqual(run.targetSlice);
  const scorer = new SweepScorer(plan.sweep, sliceCandles(candles, plan.feedBar, plan.endBar));
  const { sweep } = plan;

  const indexSpace = plan.estimate.indexSpace;
  const [columnA] = [new Float64Array(indexSpace)];
  const top = new TopRows(new Ranking(sweep.ranking), sweep.preselect);
  scoreStageA(scorer, 0, indexSpace, { top, columns: [columnA], origin: 0 });
  const { data, stride } = top.drain();
  const positions = data.length / stride;
  const shortlist = Float64Array.from({ length: positions }, (_, i) => data[i * stride]);

  const columnB = new Float64Array(positions * scorer.cells);
  const output = {
    top: new TopRows(new Ranking(sweep.ranking), sweep.topK),
    columns: [columnB],
    origin: 0,
  };
  scoreStageB(scorer, { shortlist, from: 0, to: positions }, output);
  const stageB = new Map<number, number>();
  columnB.forEach((value, i) => {
    const position = Math.floor(i / scorer.cells);
    stageB.set(shortlist[position] * scorer.cells + (i % scorer.cells), value);
  });
  return {
    sweep: sweep as Sweep,
    stageA: new Map(columnA.entries()),
    stageB,
    shortlist: Array.from(shortlist, (base) => columnA[base]),
  };
}
