import type { RunRequestInput } from "../src/plan/request.ts";

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

/** Runs whose memory goes elsewhere: to the levels of Stage B, days, rows of pairs. */
const NAMED: Readonly<Record<string, Omit<RunRequestInput, "dataset">>> = {
  stops: {
    ...crossRequest(60),
    risk: { stopLossPct: levels(100), takeProfitPct: levels(100) },
    preselect: 20,
  },
  trails: {
    ...crossRequest(60),
    execution: { feePct: 0.1, slippagePct: 0, fillMode: "INTRABAR" },
    risk: { trailingStopPct: levels(300), takeProfitPct: levels(300) },
    preselect: 4,
  },
  pairs: crossRequest(700),
  all: { ...crossRequest(100), preselect: 20_000 },
  sharpe: { ...crossRequest(250), ranking: { primary: { metric: "sharpe" } } },
};

export const NAMES: readonly string[] = [...Object.keys(SHAPES), ...Object.keys(NAMED)];

/** Averages of 2 to `stop` bars crossed with one another. */
export function crossRequest(stop: number): Omit<RunRequestInput, "dataset"> {
  return {
    warmupBars: 0,
    strategy: {
      indicators: {
        fast: { id: "ma.sma", params: windows(stop) },
        slow: { id: "ma.sma", params: windows(stop) },
      },
      signals: [{ rule: "cross", of: "fast", against: "slow" }],
    },
    execution: { feePct: 0.1, slippagePct: 0 },
    preselect: 100,
    topK: 100,
  };
}

/** By name or, of the joined indicators, by size. */
export function memoryRequest(dataset: string, name: string): RunRequestInput {
  const named = NAMED[name];
  return named === undefined ? sizedRequest(dataset, Number(name)) : { dataset, ...named };
}
