import type { RejectionCode } from "./candle-source.ts";

export interface BarFault {
  readonly code: RejectionCode;
  readonly reason: string;
}

/**
 * What is wrong with one bar, or null. Prices must be above zero: returns, percent stops and
 * quantities divide by them, so a zero or negative price has no meaning in any metric (the oil
 * future of April 2020 included).
 */
export function barFault(
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
): BarFault | null {
  if (!(open > 0 && high > 0 && low > 0 && close > 0)) {
    const price = [open, high, low, close].find((p) => !(p > 0));
    return { code: "PRICE_NOT_POSITIVE", reason: `price ${price} is not above 0` };
  }
  if (high < open || high < close || high < low) {
    const top = Math.max(open, close, low);
    return { code: "HIGH_TOO_LOW", reason: `high ${high} is below ${top} of the same bar` };
  }
  if (low > open || low > close) {
    const bottom = Math.min(open, close);
    return { code: "LOW_TOO_HIGH", reason: `low ${low} is above ${bottom} of the same bar` };
  }
  if (volume < 0) return { code: "NEGATIVE_VOLUME", reason: `volume ${volume} is below 0` };
  return null;
}
