import { LONG, SHORT, type Side } from "./account.ts";
import type { ExecutionSettings } from "./settings.ts";

/** Price columns of the traded range; only CLOSE can do without open, high and low. */
export interface PriceColumns {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
}

/**
 * What a fill mode means for bars and prices: the one place that the engines of whole trades read
 * it from.
 */
export class FillRules {
  readonly mode: ExecutionSettings["fillMode"];
  readonly entryDelayBars: number;
  /** Bars from a decision to its fill: 0 at the close of the decision, 1 at the next open. */
  readonly fillDelayBars: 0 | 1;
  /** Whether stops and targets are tested and filled inside a bar. */
  readonly insideBars: boolean;
  /** Bars from the test that hits a stop or target to its fill. */
  readonly stopDelayBars: 0 | 1;

  constructor(settings: Pick<ExecutionSettings, "fillMode" | "entryDelayBars">) {
    this.mode = settings.fillMode;
    this.entryDelayBars = settings.entryDelayBars;
    this.fillDelayBars = settings.fillMode === "CLOSE" ? 0 : 1;
    this.insideBars = settings.fillMode === "INTRABAR";
    this.stopDelayBars = settings.fillMode === "NEXT_OPEN" ? 1 : 0;
  }

  /** Prices at which entries and signal exits fill. */
  fillPrices(prices: PriceColumns): Float64Array {
    return this.fillDelayBars === 0 ? prices.close : prices.open;
  }

  /** Prices at which a stop of that side is tested: the worst that a test sees of a bar. */
  adversePrices(prices: PriceColumns, side: Side): Float64Array {
    if (!this.insideBars) return prices.close;
    return side === LONG ? prices.low : prices.high;
  }

  /**
   * Prices at which a target of that side is tested, and from which a trailing stop takes its best.
   */
  favourablePrices(prices: PriceColumns, side: Side): Float64Array {
    return this.adversePrices(prices, side === LONG ? SHORT : LONG);
  }

  /**
   * Bar closes that a position has seen at the close of `bar`: that of its entry bar counts only
   * where it entered before it.
   */
  closesSeen(entryBar: number, bar: number): number {
    return bar - entryBar + this.fillDelayBars;
  }
}

/** Decisions fill at their own close, at once. */
export const AT_CLOSES = new FillRules({ fillMode: "CLOSE", entryDelayBars: 0 });
