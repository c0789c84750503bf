import type { BitPlane } from "../series/bit-plane.ts";
import { type AccountRules, LONG, SHORT, type Side } from "./account.ts";
import type { FillRules, PriceColumns } from "./fill-rules.ts";

/**
 * Trades of one variant in time order, as columns that are reused from variant to variant. Bars
 * count from the first bar of the range. `factor` is what the trade makes of one unit of stake.
 *
 * A list is made in three steps, each of which another may replace: `signalRuns` finds when to be
 * in the market, `placeFills` says on which bars that fills, `priceFills` at what factor. Where
 * decisions fill at their own close and cost no funding, `tradesFromPlanes` and `tradeFactors` are
 * the same in one go.
 */
export class TradeList {
  count = 0;
  /** Whether the last trade ends with the range, at its last close; told only by `placeFills`. */
  endsOpen = false;
  readonly side: Uint8Array;
  readonly entry: Int32Array;
  readonly exit: Int32Array;
  readonly factor: Float64Array;

  constructor(columns: TradeColumns) {
    this.side = columns.side;
    this.entry = columns.entry;
    this.exit = columns.exit;
    this.factor = columns.factor;
  }

  /**
   * Room for the trades of `bars` bars: no variant has more trades than bars, and one slot is
   * spare. With `entries` the list shares side and entry columns with another one and has its own
   * exits.
   */
  static allocate(bars: number, entries?: TradeList): TradeList {
    const slots = bars + 1;
    return new TradeList({
      side: entries?.side ?? new Uint8Array(slots),
      entry: entries?.entry ?? new Int32Array(slots),
      exit: new Int32Array(slots),
      factor: new Float64Array(slots),
    });
  }
}

export interface TradeColumns {
  readonly side: Uint8Array;
  readonly entry: Int32Array;
  readonly exit: Int32Array;
  readonly factor: Float64Array;
}

/**
 * When a signal wants a position, read from its flips: a run of equal non-neutral signals from its
 * first bar to the first bar after it, which is `bars` where the range ends before the run does.
 *
 * `long` and `short` are never both set at a bar. Walks words and visits only bars where a plane
 * changes.
 */
export function signalRuns(long: BitPlane, short: BitPlane, bars: number, runs: TradeList): void {
  const { side, entry, exit } = runs;
  let count = 0;
  let open = false;
  let longCarry = 0;
  let shortCarry = 0;
  for (let w = 0; w < long.length; w++) {
    const l = long[w];
    const s = short[w];
    let flips = (l ^ ((l << 1) | longCarry)) | (s ^ ((s << 1) | shortCarry));
    longCarry = l >>> 31;
    shortCarry = s >>> 31;
    while (flips !== 0) {
      const bit = 31 - Math.clz32(flips & -flips);
      flips &= flips - 1;
      const t = (w << 5) + bit;
      if (t >= bars) break;
      if (open) exit[count - 1] = t;
      const isLong = (l >>> bit) & 1;
      open = (isLong | ((s >>> bit) & 1)) === 1;
      if (open) {
        side[count] = isLong === 1 ? LONG : SHORT;
        entry[count] = t;
        count++;
      }
    }
  }
  if (open) exit[count - 1] = bars;
  runs.count = count;
}

/**
 * Trades with stops off that fill at closes: runs, the last of which is forced closed on the last
 * bar.
 */
export function tradesFromPlanes(
  long: BitPlane,
  short: BitPlane,
  bars: number,
  trades: TradeList,
): void {
  signalRuns(long, short, bars, trades);
  const last = trades.count - 1;
  if (last >= 0 && trades.exit[last] === bars) trades.exit[last] = bars - 1;
}

/** Factors of trades from the closes at their entries and exits. */
export function tradeFactors(rules: AccountRules, close: Float64Array, trades: TradeList): void {
  const { side, entry, exit, factor, count } = trades;
  for (let i = 0; i < count; i++) {
    factor[i] = rules.factor(side[i] as Side, close[entry[i]], close[exit[i]]);
  }
}

/**
 * Turns runs into trades on the bars where they fill, in place. A run that ends before its entry
 * was decided is no trade, nor is one whose fill would come after the range. What would leave after
 * the range is forced closed at the last close.
 */
export function placeFills(fills: FillRules, bars: number, trades: TradeList): void {
  const { side, entry, exit } = trades;
  const { entryDelayBars, fillDelayBars } = fills;
  let count = 0;
  trades.endsOpen = false;
  for (let i = 0; i < trades.count; i++) {
    const decided = entry[i] + entryDelayBars;
    const filled = decided + fillDelayBars;
    if (decided >= exit[i] || filled >= bars) continue;
    const leaves = exit[i] + fillDelayBars;
    trades.endsOpen = leaves >= bars;
    side[count] = side[i];
    entry[count] = filled;
    exit[count] = trades.endsOpen ? bars - 1 : leaves;
    count++;
  }
  trades.count = count;
}

/** Factors of placed trades in any fill mode, funding included. */
export function priceFills(
  rules: AccountRules,
  fills: FillRules,
  prices: PriceColumns,
  trades: TradeList,
): void {
  const { side, entry, exit, factor, count } = trades;
  const filled = fills.fillPrices(prices);
  for (let i = 0; i < count; i++) {
    const at = side[i] as Side;
    const value = rules.factor(at, filled[entry[i]], filled[exit[i]]);
    factor[i] = value - rules.funding(at, exit[i] - entry[i]);
  }
  if (count === 0 || !trades.endsOpen) return;
  const last = count - 1;
  const at = side[last] as Side;
  const value = rules.factor(at, filled[entry[last]], prices.close[exit[last]]);
  factor[last] = value - rules.funding(at, fills.closesSeen(entry[last], exit[last]));
}
