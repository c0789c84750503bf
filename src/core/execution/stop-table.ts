import { type AccountRules, LONG, SHORT, type Side } from "./account.ts";
import type { FillRules, PriceColumns } from "./fill-rules.ts";
import { LevelRows, type RiskAxis } from "./level-rows.ts";
import {
  betterPrice,
  stopFill,
  stopHit,
  stopLevel,
  targetFill,
  targetHit,
  targetLevel,
} from "./stop-levels.ts";
import { StopPairs } from "./stop-pairs.ts";
import type { TradeList } from "./trade-list.ts";

/** Axes of a risk grid: stop outer, then trailing stop, target inner. */
export interface RiskGrid {
  readonly stops: RiskAxis;
  readonly trails: RiskAxis;
  readonly targets: RiskAxis;
}

/**
 * First hits of every stop, trailing stop and target of a risk grid, for all trades of one base
 * variant.
 *
 * Entries do not depend on stops, so one pass over a trade serves all cells: the levels of a kind
 * are nested, and one pointer a kind finds every first hit. Stops and trailing stops then merge
 * into one row a pair. A level that is never hit counts as hit at the trade's own exit. Cell (pair,
 * target) leaves at the earlier of its two hits, on the same bar with the stop.
 */
export class StopTable {
  readonly #rules: AccountRules;
  readonly #fills: FillRules;
  readonly #fillPrices: Float64Array;
  readonly #open: Float64Array;
  /** Indexed by side. */
  readonly #adverse: readonly [Float64Array, Float64Array];
  readonly #favourable: readonly [Float64Array, Float64Array];
  readonly #stops: LevelRows;
  readonly #trails: LevelRows;
  readonly #targets: LevelRows;
  readonly #pairs: StopPairs;
  /** Rows of the pairs of stop and trailing stop: the stops' own where nothing trails. */
  readonly #stopRows: LevelRows | StopPairs;
  #side: Side = LONG;
  #entryBar = 0;
  #entryPrice = 0;
  #firstTest = 0;

  constructor(rules: AccountRules, fills: FillRules, prices: PriceColumns, grid: RiskGrid) {
    const bars = prices.close.length;
    this.#rules = rules;
    this.#fills = fills;
    this.#fillPrices = fills.fillPrices(prices);
    this.#open = prices.open;
    this.#adverse = [fills.adversePrices(prices, LONG), fills.adversePrices(prices, SHORT)];
    this.#favourable = [fills.adversePrices(prices, SHORT), fills.adversePrices(prices, LONG)];
    this.#stops = new LevelRows(grid.stops, bars);
    this.#trails = new LevelRows(grid.trails, bars);
    this.#targets = new LevelRows(grid.targets, bars);
    this.#pairs = new StopPairs(this.#stops, this.#trails);
    this.#stopRows = this.#trails.size > 0 ? this.#pairs : this.#stops;
  }

  /** Finds the first hits of all levels in all trades; `base` holds the trades with stops off. */
  fill(base: TradeList): void {
    this.#stops.reserve(base.count);
    this.#targets.reserve(base.count);
    if (this.#trails.size > 0) {
      this.#trails.reserve(base.count);
      this.#pairs.reserve();
    }
    for (let i = 0; i < base.count; i++) this.#fillTrade(base, i);
  }

  /**
   * Writes exits and factors of one cell to `cell`, a list that shares its entries with `base`.
   * `pair` is `stop * trails + trail`, positions on the axes.
   */
  select(base: TradeList, pair: number, target: number, cell: TradeList): void {
    const { count } = base;
    const stops = this.#stopRows;
    const stopExit = stops.exit;
    const targetExit = this.#targets.exit;
    const stopRow = pair * stops.capacity;
    const targetRow = target * this.#targets.capacity;
    cell.count = count;
    for (let i = 0; i < count; i++) {
      const s = stopExit[stopRow + i];
      const t = targetExit[targetRow + i];
      const first = s <= t;
      cell.exit[i] = first ? s : t;
      cell.factor[i] = first ? stops.factor[stopRow + i] : this.#targets.factor[targetRow + i];
    }
    if (base.endsOpen) cell.exit[count - 1] = Math.min(cell.exit[count - 1], base.exit[count - 1]);
  }

  #fillTrade(base: TradeList, i: number): void {
    this.#openTrade(base, i);
    const [stops, trails, targets] = [this.#stops, this.#trails, this.#targets];
    const side = this.#side;
    const open = this.#open;
    const adverse = this.#adverse[side];
    const favourable = this.#favourable[side];
    const fill = this.#rules.entryFill(side, this.#entryPrice);
    const lastTest = this.#lastTest(base, i);
    // A comparison with NaN, the level of a kind that has none left, is false.
    let stop = stopLevel(side, fill, stops.nextPct);
    let target = targetLevel(side, fill, targets.nextPct);
    let best = fill;
    let trail = stopLevel(side, best, trails.nextPct);
    let pending = stops.size + trails.size + targets.size;
    for (let t = this.#firstTest; t <= lastTest && pending > 0; t++) {
      for (; stopHit(side, adverse[t], stop); pending--) {
        this.#hit(stops, t, stopFill(side, open[t], stop));
        stop = stopLevel(side, fill, stops.nextPct);
      }
      for (; targetHit(side, favourable[t], target); pending--) {
        this.#hit(targets, t, targetFill(side, open[t], target));
        target = targetLevel(side, fill, targets.nextPct);
      }
      if (trails.size === 0) continue;
      for (; stopHit(side, adverse[t], trail); pending--) {
        this.#hit(trails, t, stopFill(side, open[t], trail));
        trail = stopLevel(side, best, trails.nextPct);
      }
      best = betterPrice(side, best, favourable[t]);
      trail = stopLevel(side, best, trails.nextPct);
    }
    // The last close is later than whatever is hit on that bar: as an exit of its own it must lose.
    const exit = base.exit[i] + (atLastClose(base, i) ? 1 : 0);
    stops.finish(exit, base.factor[i]);
    targets.finish(exit, base.factor[i]);
    if (trails.size === 0) return;
    trails.finish(exit, base.factor[i]);
    this.#pairs.merge(i);
  }

  #openTrade(base: TradeList, i: number): void {
    this.#side = base.side[i] as Side;
    this.#entryBar = base.entry[i];
    this.#entryPrice = this.#fillPrices[this.#entryBar];
    this.#firstTest = this.#entryBar + 1 - this.#fills.fillDelayBars;
    this.#stops.open(i);
    this.#trails.open(i);
    this.#targets.open(i);
  }

  /**
   * A test counts whose fill comes no later than the trade's own exit: at an open, or at the last
   * close.
   */
  #lastTest(base: TradeList, i: number): number {
    const { fillDelayBars, stopDelayBars } = this.#fills;
    return base.exit[i] - (atLastClose(base, i) ? stopDelayBars : fillDelayBars);
  }

  /** `inside` is what a level fills at that waits inside a bar. */
  #hit(rows: LevelRows, test: number, inside: number): void {
    const bar = test + this.#fills.stopDelayBars;
    const price = this.#fills.insideBars ? inside : this.#fillPrices[bar];
    const factor = this.#rules.factor(this.#side, this.#entryPrice, price);
    rows.hit(bar, factor - this.#rules.funding(this.#side, bar - this.#entryBar));
  }
}

/** Whether a trade ends with the range, at its last close. */
function atLastClose(trades: TradeList, i: number): boolean {
  return trades.endsOpen && i === trades.count - 1;
}
