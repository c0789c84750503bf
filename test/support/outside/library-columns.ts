import type { ColumnRow } from "./comparison.ts";
import { RANGE_FROM_SECOND_BAR } from "./forms.ts";

const PANDAS = "pandas-ta-classic";
const CLOUD = `${PANDAS} ichimoku(9, 26, 52)`;
const RATIO = `${PANDAS} ppo(12, 26, 9)`;
const SLOW_KST = "talipp KST(10, 10, 15, 10, 20, 10, 30, 15, 9)";
const FAST_KST = "talipp KST(3, 4, 5, 4, 7, 5, 9, 6, 4)";
const FAST_WINDOWS = {
  ...{ rocWindow1: 3, rocWindow2: 5, rocWindow3: 7, rocWindow4: 9 },
  ...{ smaWindow1: 4, smaWindow2: 4, smaWindow3: 5, smaWindow4: 6, signalWindow: 4 },
};

/** Columns of what neither TA-Lib nor the sets outside the repository show in every output. */
export const LIBRARY_COLUMNS: readonly ColumnRow[] = [
  [`${PANDAS} dpo(21, centered=False)`, "momentum.dpo", "dpo", { window: 21 }],
  [`${PANDAS} dpo(10, centered=False)`, "momentum.dpo", "dpo", { window: 10 }],
  [`${SLOW_KST}.kst`, "momentum.kst", "kst", {}],
  [`${SLOW_KST}.signal`, "momentum.kst", "signal", {}],
  [`${FAST_KST}.kst`, "momentum.kst", "kst", FAST_WINDOWS],
  [`${FAST_KST}.signal`, "momentum.kst", "signal", FAST_WINDOWS],
  [`${RATIO}.ppo`, "momentum.ppo", "ppo", {}],
  [`${RATIO}.signal`, "momentum.ppo", "signal", {}],
  [`${RATIO}.histogram`, "momentum.ppo", "histogram", {}],
  [`${PANDAS} ce(22, 3).long`, "trend.chandelier_exit", "longStop", {}, RANGE_FROM_SECOND_BAR],
  [`${PANDAS} ce(22, 3).short`, "trend.chandelier_exit", "shortStop", {}, RANGE_FROM_SECOND_BAR],
  [`${CLOUD}.tenkan`, "trend.ichimoku", "conversion", {}],
  [`${CLOUD}.kijun`, "trend.ichimoku", "base", {}],
  [`${CLOUD}.spanA`, "trend.ichimoku", "spanA", {}],
  [`${CLOUD}.spanB`, "trend.ichimoku", "spanB", {}],
  ["talipp CHOP(14)", "volatility.choppiness", "choppiness", {}],
  ["talipp CHOP(5)", "volatility.choppiness", "choppiness", { window: 5 }],
  [`${PANDAS} ui(14)`, "volatility.ulcer", "ulcer", {}],
  [`${PANDAS} ui(5)`, "volatility.ulcer", "ulcer", { window: 5 }],
];
