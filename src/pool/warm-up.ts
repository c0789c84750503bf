import { allocateCandles } from "../core/series/candles.ts";
import type { BackendFactory } from "../core/stages/backend.ts";
import { Ranking } from "../core/stages/ranking.ts";
import { scoreStageA } from "../core/stages/stage-a.ts";
import { scoreStageB } from "../core/stages/stage-b.ts";
import type { Sweep } from "../core/stages/sweep.ts";
import { SweepScorer } from "../core/stages/sweep-scorer.ts";
import { TopRows } from "../core/stages/top-rows.ts";

const BARS = 512;
const WINDOWS = 24;
/** Bands: windows, levels a side, and how often they are scored, for compilers to look at them. */
const STRENGTHS = 8;
const LEVELS = 16;
const LAPS = 2;

/**
 * Runs small sweeps of several shapes through their stages, so that the first real chunk meets
 * compiled code.
 */
export function warmUp(backend: BackendFactory): void {
  warmUpPairs(backend);
  for (let lap = 0; lap < LAPS; lap++) warmUpLegs(backend);
}

function warmUpLegs(backend: BackendFactory): void {
  const sweep = bandSweep();
  const scorer = new SweepScorer(sweep, zigzag(), { backend });
  const top = new TopRows(new Ranking(sweep.ranking), sweep.preselect);
  const { size } = scorer.space.grid;
  scoreStageA(scorer, 0, size, { top, columns: [new Float64Array(size)], origin: 0 });
  top.drain();
  scorer.release();
}

function warmUpPairs(backend: BackendFactory): void {
  const sweep = smallSweep();
  const scorer = new SweepScorer(sweep, zigzag(), { backend });
  const ranking = new Ranking(sweep.ranking);
  const count = WINDOWS * WINDOWS;
  const columns = (length: number) => sweep.ranking.map(() => new Float64Array(length));
  const top = new TopRows(ranking, sweep.preselect);
  scoreStageA(scorer, 0, count, { top, columns: columns(count), origin: 0 });
  const { data, stride } = top.drain();
  const shortlist = Float64Array.from({ length: data.length / stride }, (_, i) => data[i * stride]);
  const cells = shortlist.length * scorer.cells;
  const output = { top: new TopRows(ranking, sweep.topK), columns: columns(cells), origin: 0 };
  scoreStageB(scorer, { shortlist, from: 0, to: shortlist.length }, output);
  scorer.release();
}

function zigzag() {
  const candles = allocateCandles(BARS);
  for (let t = 0; t < BARS; t++) {
    const price = 100 + (t % 37) - ((t * 7) % 23);
    candles.time[t] = t * 3_600_000;
    candles.open[t] = candles.high[t] = candles.low[t] = candles.close[t] = price;
  }
  return candles;
}

/** Independent legs, ranked by total return. */
function bandSweep(): Sweep {
  const levels = (first: number) => Array.from({ length: LEVELS }, (_, i) => first + i);
  const windows = Array.from({ length: STRENGTHS }, (_, i) => i + 2);
  return {
    ...smallSweep(),
    axes: [
      { name: "rsi.window", values: windows },
      { name: "rsi.long", values: levels(25) },
      { name: "rsi.short", values: levels(60) },
    ],
    indicators: [{ name: "rsi", id: "momentum.rsi", params: { window: { axis: 0 } } }],
    signals: [
      {
        name: "rsi",
        rule: "band",
        operands: { of: { indicator: "rsi", output: "rsi" } },
        params: { long: { axis: 1 }, short: { axis: 2 } },
      },
    ],
    constraint: null,
    firstBar: 0,
    ranking: [{ metric: "totalReturnPct", direction: "DESC" }],
    preselect: 1_000,
  };
}

function smallSweep(): Sweep {
  const windows = Array.from({ length: WINDOWS }, (_, i) => i + 2);
  return {
    axes: [
      { name: "fast.window", values: windows },
      { name: "slow.window", values: windows },
    ],
    indicators: [
      { name: "fast", id: "ma.sma", params: { window: { axis: 0 } } },
      { name: "slow", id: "ma.sma", params: { window: { axis: 1 } } },
    ],
    signals: [
      {
        name: "fast",
        rule: "cross",
        operands: {
          of: { indicator: "fast", output: "value" },
          against: { indicator: "slow", output: "value" },
        },
        params: {},
      },
    ],
    constraint: "fast.window < slow.window",
    execution: {
      direction: "LONG_SHORT",
      sizing: "ALL_IN",
      fillMode: "CLOSE",
      entryDelayBars: 0,
      startCash: 10_000,
      fixedQuote: 100,
      safeProfitPct: 30,
      feePct: 0.1,
      fixedFee: 0,
      slippagePct: 0.05,
      spreadPct: 0,
      fundingLongPctPerBar: 0,
      fundingShortPctPerBar: 0,
      periodsPerYear: 365,
    },
    firstBar: 30,
    lastBar: BARS,
    timeframeMs: 3_600_000,
    stops: [null, 1, 2],
    trails: [null],
    targets: [null, 2, 4],
    ranking: [
      { metric: "totalReturnPct", direction: "DESC" },
      { metric: "maxDrawdownPct", direction: "ASC" },
    ],
    preselect: 50,
    topK: 10,
  };
}
