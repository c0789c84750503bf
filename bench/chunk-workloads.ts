import type { Timeframe } from "../src/core/series/timeframe.ts";
import type { RunRequestInput } from "../src/plan/request.ts";
import { crossRequest, sizedRequest } from "./memory-workload.ts";
import { overlappingSides } from "./workloads.ts";

/** A run that can be cut into many chunks or few. */
export interface ChunkWorkload {
  readonly title: string;
  readonly bars: number;
  readonly timeframe: Timeframe;
  /** Without `dataset` and chunk size. */
  readonly request: RunRequestInput;
}

const range = (start: number, stop: number, step = 1) => ({ start, stop, step });
const costs = { feePct: 0.1, slippagePct: 0 };
const dataset = "market";

/** One of every kind of scoring: the pair engine, batches of atoms, panels, one by one, risk. */
export const CHUNK_WORKLOADS: Readonly<Record<string, ChunkWorkload>> = {
  pairs: {
    title: "490,000 pairs of averages, 20,000 bars",
    ...{ bars: 20_000, timeframe: "1h" },
    request: pairs(700),
  },
  and: {
    title: "a million AND variants, 43,800 bars",
    ...{ bars: 43_800, timeframe: "1h" },
    request: sizedRequest(dataset, 1_000_000),
  },
  and10: {
    title: "ten million AND variants, 43,800 bars",
    ...{ bars: 43_800, timeframe: "1h" },
    request: sizedRequest(dataset, 10_000_000),
  },
  legs: {
    title: "800,000 variants of independent legs, 8,760 bars",
    ...{ bars: 8_760, timeframe: "1h" },
    request: {
      dataset,
      warmupBars: 0,
      strategy: {
        indicators: { rsi: { id: "momentum.rsi", params: { window: range(2, 501) } } },
        signals: [
          { rule: "band", of: "rsi", params: { long: range(15, 54), short: range(46, 85) } },
        ],
      },
      execution: costs,
    },
  },
  each: {
    title: "88,000 variants scored one by one (OR and NOT), 43,800 bars",
    ...{ bars: 43_800, timeframe: "1h" },
    request: {
      dataset,
      warmupBars: 0,
      strategy: {
        expressions: overlappingSides.expressions,
        parameters: {
          a: range(20, 210, 10),
          high: range(60, 78, 2),
          low: range(22, 40, 2),
          r: range(10, 53),
        },
      },
      execution: costs,
    },
  },
  risk: {
    title: "4,000 pairs with 600 risk cells each, 20,000 bars",
    ...{ bars: 20_000, timeframe: "1h" },
    request: {
      ...pairs(64),
      risk: { stopLossPct: range(0.25, 6.25, 0.25), takeProfitPct: range(0.25, 6, 0.25) },
      preselect: 4_000,
    },
  },
};

function pairs(windows: number): RunRequestInput {
  return { dataset, ...crossRequest("ma.sma", windows + 1), topK: 20 };
}
