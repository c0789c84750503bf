import type { RunRequestInput } from "../src/plan/request.ts";
import { overlappingSides } from "./workloads.ts";

/** How many values each axis takes: average, strength, histogram, long and short threshold. */
type Shape = readonly [ema: number, rsi: number, macd: number, long: number, short: number];

/** Grids of known sizes: three indicators joined by AND, as most users have them. */
export const SHAPES: Readonly<Record<number, Shape>> = {
  1000: [5, 5, 4, 5, 2],
  10000: [10, 10, 5, 5, 4],
  100000: [20, 10, 5, 10, 10],
  1000000: [20, 25, 8, 25, 10],
  10000000: [40, 25, 10, 40, 25],
};

export const BARS = 43_800;

export function sizedRequest(dataset: string, variants: number): RunRequestInput {
  const shape = SHAPES[variants];
  if (shape === undefined) {
    throw new Error(`${variants} variants: one of ${Object.keys(SHAPES).join(", ")}`);
  }
  const [ema, rsi, macd, long, short] = shape;
  const range = (start: number, count: number, step = 1) => ({
    start,
    stop: start + (count - 1) * step,
    step,
  });
  return {
    dataset,
    warmupBars: 0,
    strategy: {
      indicators: {
        ema: { id: "ma.ema", params: { window: range(20, ema, 5) } },
        rsi: { id: "momentum.rsi", params: { window: range(8, rsi) } },
        macd: { id: "momentum.macd", params: { fastWindow: range(6, macd) } },
      },
      signals: [
        { rule: "price", of: "ema" },
        {
          rule: "band",
          of: "rsi",
          params: { long: range(50, long, 0.5), short: range(35, short, 0.5) },
        },
        { rule: "sign", of: "macd.histogram" },
      ],
    },
    execution: { feePct: 0.1, slippagePct: 0 },
    preselect: 100,
  };
}

const levels = (count: number) => ({ start: 0.1, stop: count / 10, step: 0.1 });
const windows = (stop: number) => ({ window: { start: 2, stop, step: 1 } });
const thresholds = (start: number) => ({ start, stop: start + 20, step: 1 });

/** Runs whose memory goes elsewhere: to levels of Stage B, days, rows and legs, expressions. */
const NAMED: Readonly<Record<string, Omit<RunRequestInput, "dataset">>> = {
  stops: {
    ...crossRequest("ma.sma", 60),
    risk: { stopLossPct: levels(100), takeProfitPct: levels(100) },
    preselect: 20,
  },
  "stops-sharpe": {
    ...crossRequest("ma.sma", 60),
    risk: { stopLossPct: levels(100), takeProfitPct: levels(100) },
    ranking: { primary: { metric: "sharpe" } },
    preselect: 20,
  },
  trails: {
    ...crossRequest("ma.sma", 60),
    execution: { feePct: 0.1, slippagePct: 0, fillMode: "INTRABAR" },
    risk: { trailingStopPct: levels(300), takeProfitPct: levels(300) },
    preselect: 4,
  },
  few: { ...crossRequest("ma.sma", 4) },
  pairs: crossRequest("ma.sma", 700),
  ema: crossRequest("ma.ema", 250),
  all: { ...crossRequest("ma.sma", 100), preselect: 20_000 },
  sharpe: { ...crossRequest("ma.sma", 250), ranking: { primary: { metric: "sharpe" } } },
  bands: {
    warmupBars: 0,
    strategy: {
      indicators: { rsi: { id: "momentum.rsi", params: windows(50) } },
      signals: [
        { rule: "band", of: "rsi", params: { long: thresholds(20), short: thresholds(60) } },
      ],
    },
    execution: { feePct: 0.1, slippagePct: 0 },
    preselect: 100,
  },
  filtered: {
    ...crossRequest("ma.sma", 40),
    strategy: {
      indicators: {
        fast: { id: "ma.sma", params: windows(40) },
        slow: { id: "ma.sma", params: windows(40) },
        rsi: { id: "momentum.rsi", params: { window: [10, 14, 20] } },
      },
      signals: [
        { rule: "cross", of: "fast", against: "slow" },
        { rule: "band", of: "rsi", params: { long: thresholds(20), short: thresholds(60) } },
      ],
    },
  },
  written: {
    warmupBars: 0,
    strategy: {
      expressions: { long: "ema($a) > sma($b) * $c", short: "ema($a) < sma($b) * $c" },
      parameters: {
        a: { start: 2, stop: 80, step: 1 },
        b: { start: 2, stop: 80, step: 1 },
        c: [0.99, 1, 1.01],
      },
    },
    execution: { feePct: 0.1, slippagePct: 0 },
    preselect: 100,
  },
  generic: {
    warmupBars: 0,
    strategy: overlappingSides,
    execution: { feePct: 0.1, slippagePct: 0 },
    preselect: 100,
  },
};

/** Another number of bars or another ranking, by the name of one above. */
interface Variation {
  readonly of: string;
  readonly bars?: number;
  readonly ranking?: RunRequestInput["ranking"];
}

const bySharpe = { primary: { metric: "sharpe" } } as const;
const byDrawdown = { primary: { metric: "maxDrawdownPct" } } as const;

const VARIED: Readonly<Record<string, Variation>> = {
  "year-pairs": { of: "stops", bars: 525_600 },
  "year-joined": { of: "10000", bars: 525_600 },
  "short-bands": { of: "bands", bars: 8_760 },
  "joined-sharpe": { of: "100000", ranking: bySharpe },
  "joined-drawdown": { of: "100000", ranking: byDrawdown },
  "bands-sharpe": { of: "bands", ranking: bySharpe },
};

export const NAMES: readonly string[] = [
  ...Object.keys(SHAPES),
  ...Object.keys(NAMED),
  ...Object.keys(VARIED),
];

/** Averages of 2 to `stop` bars crossed with one another. */
export function crossRequest(id: string, stop: number): Omit<RunRequestInput, "dataset"> {
  return {
    warmupBars: 0,
    strategy: {
      indicators: {
        fast: { id, params: windows(stop) },
        slow: { id, params: windows(stop) },
      },
      signals: [{ rule: "cross", of: "fast", against: "slow" }],
    },
    execution: { feePct: 0.1, slippagePct: 0 },
    preselect: 100,
    topK: 100,
  };
}

export interface MemoryWorkload {
  readonly bars: number;
  readonly request: (dataset: string) => RunRequestInput;
}

/** By name or, of the joined indicators, by size. */
export function memoryWorkload(name: string): MemoryWorkload {
  const { of, bars = BARS, ranking } = VARIED[name] ?? { of: name };
  const named = NAMED[of];
  const ranked = ranking === undefined ? {} : { ranking };
  const request = (dataset: string) => ({
    ...(named === undefined ? sizedRequest(dataset, Number(of)) : { dataset, ...named }),
    ...ranked,
  });
  return { bars, request };
}
