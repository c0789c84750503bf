import type { BitPlane } from "../series/bit-plane.ts";
import { type AccountRules, LONG, SHORT, type Side } from "./account.ts";

/**
 * Trades of one variant in time order, as columns that are reused from variant to variant. Bars
 * count from the first bar of the range. `factor` is what the trade makes of one unit of stake.
 */
export class TradeList {
  count = 0;
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
 * Trades with stops off, read from the flips of the signal: a run of equal non-neutral signals is a
 * trade from its first bar to the first bar after it (or to the last bar of the range, where it is
 * forced closed).
 *
 * `long` and `short` are never both set at a bar. Walks words and visits only bars where a plane
 * changes.
 */
export function tradesFromPlanes(
  long: BitPlane,
  short: BitPlane,
  bars: number,
  trades: TradeList,
): void {
  const { side, entry, exit } = trades;
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
  if (open) exit[count - 1] = bars - 1;
  trades.count = count;
}

/** Factors of trades from the closes at their entries and exits. */
export function tradeFactors(rules: AccountRules, close: Float64Array, trades: TradeList): void {
  const { side, entry, exit, factor, count } = trades;
  for (let i = 0; i < count; i++) {
    factor[i] = rules.factor(side[i] as Side, close[entry[i]], close[exit[i]]);
  }
}
