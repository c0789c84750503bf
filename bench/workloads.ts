import { existsSync, readFileSync } from "node:fs";
import { allocateCandles, type Candles, sliceCandles } from "../src/core/series/candles.ts";
import type { Timeframe } from "../src/core/series/timeframe.ts";
import { fillSynthetic } from "../src/market-data/synthetic.ts";
import type { RunRequestInput } from "../src/plan/request.ts";

/** What a benchmark measures: one stage of a sweep over known candles. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly timeframe: Timeframe;
  readonly candles: () => Candles | Promise<Candles>;
  readonly request: Omit<RunRequestInput, "dataset">;
  /** Which stage is timed; Stage B runs over the best `preselect` of Stage A. */
  readonly stage: "STAGE_A" | "STAGE_B";
  /** Runs find what earlier ones over the same candles have computed; else nothing is kept. */
  readonly keeps?: true;
}

const SP500 = new URL("../node_modules/vega-datasets/data/sp500-2000.csv", import.meta.url);
const HOURS_IN_5_YEARS = 43_800;
const HOURS_IN_1_YEAR = 8_760;
const MINUTES_IN_1_YEAR = 525_600;

const windows = (start: number, stop: number, step = 1) => ({ window: { start, stop, step } });

const smaPairs: RunRequestInput["strategy"] = {
  indicators: {
    fast: { id: "ma.sma", params: windows(2, 101) },
    slow: { id: "ma.sma", params: windows(2, 101) },
  },
  signals: [{ rule: "cross", of: "fast", against: "slow" }],
  constraint: "fast.window < slow.window",
};

const threeIndicators: RunRequestInput["strategy"] = {
  indicators: {
    ema: { id: "ma.ema", params: windows(20, 210, 10) },
    rsi: { id: "momentum.rsi", params: windows(10, 24) },
    macd: { id: "momentum.macd", params: { fastWindow: { start: 8, stop: 16, step: 1 } } },
  },
  signals: [
    { rule: "price", of: "ema" },
    {
      rule: "band",
      of: "rsi",
      params: {
        long: { start: 55, stop: 59, step: 1 },
        short: { start: 38, stop: 45, step: 1 },
      },
    },
    { rule: "sign", of: "macd.histogram" },
  ],
};

/** Sides that hold together now and then, so that variants are scored one by one. */
export const overlappingSides: RunRequestInput["strategy"] & { readonly expressions: object } = {
  expressions: {
    long: "(close > ema($a) or macd() > 0) and not (rsi($r) > $high)",
    short: "(close < ema($a) or macd() < 0) and not (rsi($r) < $low)",
  },
  parameters: {
    a: { start: 20, stop: 210, step: 10 },
    high: { start: 60, stop: 72, step: 3 },
    low: { start: 28, stop: 40, step: 3 },
    r: { start: 10, stop: 31, step: 1 },
  },
};

const costs = { feePct: 0.1, slippagePct: 0 };
const levels = { start: 0.5, stop: 10, step: 0.5 };

/** The workloads of the design page, and shapes that could hide a cliff. */
const DESIGNED: readonly Workload[] = [
  {
    name: "W1",
    title: "SMA cross, 4,950 pairs, 43,800 bars",
    timeframe: "1h",
    candles: () => market(HOURS_IN_5_YEARS),
    request: { warmupBars: 0, strategy: smaPairs, execution: costs },
    stage: "STAGE_A",
  },
  {
    name: "W1-drawdown",
    title: "W1 ranked by max drawdown",
    timeframe: "1h",
    candles: () => market(HOURS_IN_5_YEARS),
    request: {
      warmupBars: 0,
      strategy: smaPairs,
      execution: costs,
      ranking: { primary: { metric: "maxDrawdownPct" } },
    },
    stage: "STAGE_A",
  },
  {
    name: "W1-sharpe",
    title: "W1 ranked by Sharpe",
    timeframe: "1h",
    candles: () => market(HOURS_IN_5_YEARS),
    request: {
      warmupBars: 0,
      strategy: smaPairs,
      execution: costs,
      ranking: { primary: { metric: "sharpe" } },
    },
    stage: "STAGE_A",
  },
  {
    name: "W1-flat",
    title: "W1 on a market that never moves",
    timeframe: "1h",
    candles: () => flat(HOURS_IN_5_YEARS),
    request: { warmupBars: 0, strategy: smaPairs, execution: costs },
    stage: "STAGE_A",
  },
  {
    name: "W1-sp500",
    title: "W1 on the S&P 500, daily",
    timeframe: "1d",
    candles: () => fromCsv(SP500),
    request: { warmupBars: 0, strategy: smaPairs, execution: costs },
    stage: "STAGE_A",
  },
  {
    name: "W2",
    title: "RSI 49 windows x 21 x 21 thresholds, 8,760 bars",
    timeframe: "1h",
    candles: () => market(HOURS_IN_1_YEAR),
    request: {
      warmupBars: 0,
      strategy: {
        indicators: { rsi: { id: "momentum.rsi", params: windows(2, 50) } },
        signals: [
          {
            rule: "band",
            of: "rsi",
            params: {
              long: { start: 20, stop: 40, step: 1 },
              short: { start: 60, stop: 80, step: 1 },
            },
          },
        ],
      },
      execution: costs,
    },
    stage: "STAGE_A",
  },
  {
    name: "W3",
    title: "best 100 of W1 x 20 stops x 20 targets",
    timeframe: "1h",
    candles: () => market(HOURS_IN_5_YEARS),
    request: {
      warmupBars: 0,
      strategy: smaPairs,
      execution: costs,
      risk: { stopLossPct: levels, takeProfitPct: levels },
      preselect: 100,
    },
    stage: "STAGE_B",
  },
  {
    name: "W4",
    title: "W1 on 525,600 bars",
    timeframe: "1m",
    candles: () => market(MINUTES_IN_1_YEAR),
    request: { warmupBars: 0, strategy: smaPairs, execution: costs },
    stage: "STAGE_A",
  },
  {
    name: "W5",
    title: "EMA and RSI and MACD, 108,000 variants, 43,800 bars",
    timeframe: "1h",
    candles: () => market(HOURS_IN_5_YEARS),
    request: {
      warmupBars: 0,
      strategy: threeIndicators,
      execution: costs,
    },
    stage: "STAGE_A",
  },
  {
    name: "W5-profit",
    title: "W5 ranked by profit factor",
    timeframe: "1h",
    candles: () => market(HOURS_IN_5_YEARS),
    request: {
      warmupBars: 0,
      strategy: threeIndicators,
      execution: costs,
      ranking: { primary: { metric: "profitFactor" } },
    },
    stage: "STAGE_A",
  },
  {
    name: "W5-generic",
    title: "OR and NOT of EMA, RSI and MACD, sides that overlap, 10,800 variants, 43,800 bars",
    timeframe: "1h",
    candles: () => market(HOURS_IN_5_YEARS),
    request: {
      warmupBars: 0,
      strategy: overlappingSides,
      execution: costs,
    },
    stage: "STAGE_A",
  },
];

/** W1 on files beside the project, where they are. */
const BESIDE: readonly Workload[] = [
  { name: "eurusd-1h", timeframe: "1h" as const },
  { name: "goog-1d", timeframe: "1d" as const },
].flatMap(({ name, timeframe }) => {
  const file = new URL(`../../shared/data/${name}.csv`, import.meta.url);
  if (!existsSync(file)) return [];
  const title = `W1 on ${name}`;
  return { ...DESIGNED[0], name: `W1-${name}`, title, timeframe, candles: () => fromCsv(file) };
});

/** What a run saves that is not the first over its candles. */
const KEPT: readonly Workload[] = DESIGNED.filter(({ name }) => name === "W2" || name === "W5").map(
  (workload) => ({
    ...workload,
    name: `${workload.name}-kept`,
    title: `${workload.title}, indicators and atoms kept`,
    keeps: true,
  }),
);

export const WORKLOADS: readonly Workload[] = [...DESIGNED, ...BESIDE, ...KEPT];

export function workloadOf(name: string): Workload {
  const workload = WORKLOADS.find((one) => one.name === name);
  if (workload === undefined) throw new Error(`unknown workload ${name}`);
  return workload;
}

function market(bars: number): Candles {
  const candles = allocateCandles(bars, true);
  fillSynthetic(candles, { seed: 7, timeframe: "1h" });
  return candles;
}

function flat(bars: number): Candles {
  const candles = market(bars);
  for (const column of ["open", "high", "low", "close"] as const) candles[column].fill(100);
  return candles;
}

async function fromCsv(file: URL): Promise<Candles> {
  // Who makes candles up does not load what reads files.
  const { csvSource } = await import("../src/market-data/csv.ts");
  const { candles } = await csvSource.read({ input: readFileSync(file) });
  return shared(candles);
}

function shared(candles: Candles): Candles {
  const copy = allocateCandles(candles.time.length, true);
  for (const [name, column] of Object.entries(sliceCandles(candles, 0, candles.time.length))) {
    copy[name as keyof Candles].set(column);
  }
  return copy;
}
