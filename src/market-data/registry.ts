import { csvSource } from "./csv.ts";
import { parquetSource } from "./parquet.ts";
import { syntheticSource } from "./synthetic.ts";

/** Every kind of place that candles come from, by its id. */
export const CANDLE_SOURCES = {
  csv: csvSource,
  parquet: parquetSource,
  synthetic: syntheticSource,
} as const;

/** What a dataset is said to come from; exchanges are asked page by page, see exchange.ts. */
export type CandleSourceId = keyof typeof CANDLE_SOURCES | "exchange";
