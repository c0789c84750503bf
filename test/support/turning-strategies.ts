import type { RunRequestInput } from "../../src/plan/request.ts";

type Strategy = RunRequestInput["strategy"];

/** Long while prices rise and short while they fall, in shapes that engines know. */
export const TURNING = {
  pairs: {
    indicators: {
      fast: { id: "ma.sma", params: { window: [1, 2] } },
      slow: { id: "ma.sma", params: { window: [2, 3] } },
    },
    signals: [{ rule: "cross", of: "fast", against: "slow" }],
  },
  generic: {
    expressions: {
      long: "close > close[1] and not (close < close[1])",
      short: "close < close[1] or close < close[$lag] and close < close[1]",
    },
    parameters: { lag: [1, 2] },
  },
} satisfies Readonly<Record<string, Strategy>>;

/** The same as legs: levels in what prices move by from bar to bar. */
export function turningLegs(up: readonly number[], down: readonly number[]): Strategy {
  return {
    expressions: { long: "close - close[1] > $up", short: "close[1] - close > $down" },
    parameters: { up: [...up], down: [...down] },
  };
}
