import { type AccountRules, LONG, SHORT, type Side } from "./account.ts";
import type { FillRules, PriceColumns } from "./fill-rules.ts";
import { HitRoom, keptLevels, type LevelCounts, roomHits } from "./hit-room.ts";
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
import { StopPair } from "./stop-pair.ts";
import { TradeList } from "./trade-list.ts";

/** Axes of a risk grid: stop outer, then trailing stop, target inner. */
export interface RiskGrid {
  readonly stops: RiskAxis;
  readonly trails: RiskAxis;
  readonly targets: RiskAxis;
}

/** Levels of a grid whose first hits are kept. */
export function levelCounts({ stops, trails, targets }: RiskGrid): LevelCounts {
  const trailing = trails.some((pct) => pct !== null);
  return {
    stops: stops.length,
    trails: trailing ? trails.length : 0,
    targets: targets.length,
  };
}

/** Kinds of levels whose hits are looked for. */
type Kind = "stops" | "trails" | "targets";
type Kinds = Readonly<Record<Kind, LevelRows>>;

/**
 * First hits of every stop, trailing stop and target of a risk grid, for all trades of one base
 * variant.
 *
 * Entries do not depend on stops, so one pass over a trade serves all cells: the levels of a kind
 * are nested, and one pointer a kind finds every first hit. A stop and a trailing stop are merged
 * when their pair is asked for. A level that is never hit counts as hit at the trade's own exit.
 * Cell (pair, target) leaves at the earlier of its two hits, on the same bar with the stop. Where
 * there is no room for all hits, a kind keeps a part of its levels, and finds the hits of another
 * part when one of it is asked for: fastest where cells come in order.
 */
export class StopTable {
  readonly #rules: AccountRules;
  readonly #fills: FillRules;
  readonly #fillPrices: Float64Array;
  readonly #open: Float64Array;
  /** Indexed by side. */
  readonly #adverse: readonly [Float64Array, Float64Array];
  readonly #favourable: readonly [Float64Array, Float64Array];
  readonly #levels: LevelCounts;
  readonly #room: HitRoom;
  readonly #kinds: Kinds;
  /** Has no level: in place of a kind whose hits are there already. */
  readonly #none: LevelRows;
  /** Null where nothing trails. */
  readonly #pair: StopPair | null;
  /** Axes that it was made for. */
  readonly grid: RiskGrid;
  /** How often it was filled. */
  fills = 0;
  #base = TradeList.allocate(0);
  #side: Side = LONG;
  #entryBar = 0;
  #entryPrice = 0;
  #firstTest = 0;

  /** `mostHits`: how many to have room for, at least for one level of each kind. */
  constructor(
    rules: AccountRules,
    fills: FillRules,
    prices: PriceColumns,
    grid: RiskGrid,
    mostHits?: number,
  ) {
    const bars = prices.close.length;
    this.#rules = rules;
    this.#fills = fills;
    this.#fillPrices = fills.fillPrices(prices);
    this.#open = prices.open;
    this.#adverse = [fills.adversePrices(prices, LONG), fills.adversePrices(prices, SHORT)];
    this.#favourable = [fills.adversePrices(prices, SHORT), fills.adversePrices(prices, LONG)];
    this.grid = grid;
    const levels = levelCounts(grid);
    const room = new HitRoom(roomHits(levels, bars, mostHits));
    const kind = (axis: RiskAxis) => new LevelRows(axis, room);
    const { stops, trails, targets } = grid;
    this.#levels = levels;
    this.#room = room;
    this.#none = kind([]);
    this.#kinds = { stops: kind(stops), trails: kind(trails), targets: kind(targets) };
    this.#pair = levels.trails > 0 ? new StopPair(bars) : null;
  }

  /** Bytes of first hits there is room for. */
  get bytes(): number {
    return this.#room.bytes + (this.#pair?.hits.bytes ?? 0);
  }

  /** Finds the first hits of all levels in all trades; `base` holds the trades with stops off. */
  fill(base: TradeList): void {
    const { count } = base;
    const kept = keptLevels(this.#levels, count, this.#room.exit.length);
    const { stops, trails, targets } = this.#kinds;
    const afterTargets = targets.layOut(0, count, kept.targets);
    const afterStops = stops.layOut(afterTargets, count, kept.stops);
    trails.layOut(afterStops, count, kept.trails);
    if (this.#pair !== null) this.#pair.pair = -1;
    this.#base = base;
    this.fills++;
    this.#find(this.#kinds);
  }

  /**
   * Writes exits and factors of one cell to `cell`, a list that shares its entries with the trades
   * of `fill`. `pair` is `stop * trails + trail`, positions on the axes.
   */
  select(pair: number, target: number, cell: TradeList): void {
    const base = this.#base;
    const { count } = base;
    const stopRow = this.#stopRow(pair);
    const stops = this.#pair?.hits ?? this.#room;
    const targets = this.#room;
    const targetRow = this.#row("targets", target);
    cell.count = count;
    for (let i = 0; i < count; i++) {
      const s = stops.exit[stopRow + i];
      const t = targets.exit[targetRow + i];
      const first = s <= t;
      cell.exit[i] = first ? s : t;
      cell.factor[i] = first ? stops.factor[stopRow + i] : targets.factor[targetRow + i];
    }
    if (base.endsOpen) cell.exit[count - 1] = Math.min(cell.exit[count - 1], base.exit[count - 1]);
  }

  /** Where the hits of a pair begin: those of the stop itself where nothing trails. */
  #stopRow(pair: number): number {
    const trails = this.#kinds.trails.rows;
    const stop = Math.floor(pair / trails);
    if (this.#pair === null) return this.#row("stops", stop);
    if (this.#pair.pair !== pair) {
      const stopRow = this.#row("stops", stop);
      const trailRow = this.#row("trails", pair - stop * trails);
      this.#pair.merge(pair, this.#room, stopRow, trailRow, this.#base.count);
    }
    return 0;
  }

  /** Where the hits of a level begin; they are found if they are not there. */
  #row(kind: Kind, position: number): number {
    const rows = this.#kinds[kind];
    if (!rows.has(position)) {
      rows.turnTo(position);
      const none = this.#none;
      this.#find({ stops: none, trails: none, targets: none, [kind]: rows });
    }
    return rows.row(position);
  }

  #find(kinds: Kinds): void {
    for (let i = 0; i < this.#base.count; i++) this.#fillTrade(this.#base, i, kinds);
  }

  #fillTrade(base: TradeList, i: number, { stops, trails, targets }: Kinds): void {
    this.#openTrade(base, i);
    stops.open(i);
    trails.open(i);
    targets.open(i);
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
    trails.finish(exit, base.factor[i]);
  }

  #openTrade(base: TradeList, i: number): void {
    this.#side = base.side[i] as Side;
    this.#entryBar = base.entry[i];
    this.#entryPrice = this.#fillPrices[this.#entryBar];
    this.#firstTest = this.#entryBar + 1 - this.#fills.fillDelayBars;
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
