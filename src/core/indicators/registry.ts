import { atr } from "./atr.ts";
import { bbands } from "./bbands.ts";
import { ema } from "./ema.ts";
import type { Indicator } from "./indicator.ts";
import { macd } from "./macd.ts";
import { rma } from "./rma.ts";
import { rsi } from "./rsi.ts";
import { sma } from "./sma.ts";
import { wma } from "./wma.ts";

/** Every indicator, in id order. */
export const INDICATORS: readonly Indicator[] = [ema, rma, sma, wma, macd, rsi, atr, bbands];

const BY_ID = new Map(INDICATORS.map((indicator) => [indicator.id, indicator]));

export function findIndicator(id: string): Indicator | undefined {
  return BY_ID.get(id);
}
