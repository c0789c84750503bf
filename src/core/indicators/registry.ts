import { ema } from "./ema.ts";
import type { Indicator } from "./indicator.ts";
import { sma } from "./sma.ts";

/** Every indicator, in id order. */
export const INDICATORS: readonly Indicator[] = [ema, sma];

const BY_ID = new Map(INDICATORS.map((indicator) => [indicator.id, indicator]));

export function findIndicator(id: string): Indicator | undefined {
  return BY_ID.get(id);
}
