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
