import { csvSource } from "./csv.ts";
import { syntheticSource } from "./synthetic.ts";

/** Every kind of place that candles come from, by its id. */
export const CANDLE_SOURCES = {
  csv: csvSource,
  synthetic: syntheticSource,
} as const;

export type CandleSourceId = keyof typeof CANDLE_SOURCES;
