import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AccountRules } from "../../../src/core/execution/account.ts";
import { FillRules } from "../../../src/core/execution/fill-rules.ts";
import { keptLevels, roomHits } from "../../../src/core/execution/hit-room.ts";
import type { ExecutionSettings } from "../../../src/core/execution/settings.ts";
import { levelCounts, type RiskGrid, StopTable } from "../../../src/core/execution/stop-table.ts";
import { TradeList } from "../../../src/core/execution/trade-list.ts";
import { syntheticCandles } from "../../../src/market-data/synthetic.ts";
import { FREE_SETTINGS } from "../../support/execution-arbitraries.ts";

const BARS = 200;
const level = fc.option(fc.constantFrom(0, 0.2, 0.5, 1, 2, 4, 9, 60), { nil: null });
const axis = fc.array(level, { minLength: 1, maxLength: 9 });
const anyGrid: fc.Arbitrary<RiskGrid> = fc.record({
  stops: axis,
  trails: fc.oneof(fc.constant([null]), axis),
  targets: axis,
});

/** Trades one after the other, entered and left where the gaps say. */
function tradesOf(gaps: readonly number[], rules: AccountRules, close: Float64Array): TradeList {
  const trades = TradeList.allocate(BARS);
  let bar = 0;
  for (const [i, gap] of gaps.entries()) {
    if (bar + gap >= BARS) break;
    const side = (i % 2) as 0 | 1;
    trades.side[trades.count] = side;
    trades.entry[trades.count] = bar;
    trades.exit[trades.count] = bar + gap;
    trades.factor[trades.count++] = rules.factor(side, close[bar], close[bar + gap]);
    bar += gap;
  }
  return trades;
}

const counts = fc.record({
  stops: fc.integer({ min: 1, max: 400 }),
  trails: fc.integer({ min: 0, max: 400 }),
  targets: fc.integer({ min: 1, max: 400 }),
});

describe("first hits", () => {
  it("are the same where there is no room for all, whichever cell is asked for next", () => {
    const modes = fc.constantFrom("CLOSE", "NEXT_OPEN", "INTRABAR");
    const gaps = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: BARS });
    const asked = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(modes, anyGrid, gaps, asked, fc.nat(), (fillMode, grid, held, cells, seed) => {
        const settings = { ...FREE_SETTINGS, fillMode } as ExecutionSettings;
        const candles = syntheticCandles({ seed, bars: BARS, volatilityPct: 1 });
        const rules = new AccountRules(settings);
        const table = (most?: number) =>
          new StopTable(rules, new FillRules(settings), candles, grid, most);
        const [whole, narrow] = [table(), table(0)];
        const base = tradesOf(held, rules, candles.close);
        const chosen = (one: StopTable, pair: number, target: number) => {
          const cell = TradeList.allocate(BARS, base);
          one.select(pair % (grid.stops.length * grid.trails.length), target, cell);
          return [cell.exit, cell.factor].map((column) => Array.from(column));
        };
        // Filled anew, as for the next variant.
        for (const trades of [base, tradesOf(held.toReversed(), rules, candles.close)]) {
          whole.fill(trades);
          narrow.fill(trades);
          for (const [pair, t] of cells) {
            const target = t % grid.targets.length;
            expect(chosen(narrow, pair, target)).toEqual(chosen(whole, pair, target));
          }
        }
        expect(narrow.bytes).toBeLessThanOrEqual(whole.bytes);
      }),
    );
  });

  it("have the room that they are given, and a row of each kind at least", () => {
    const sizes = fc.record({ bars: fc.integer({ min: 1, max: 5_000 }), most: fc.nat(100_000) });
    fc.assert(
      fc.property(counts, sizes, fc.nat(), (levels, { bars, most }, share) => {
        const trades = share % (bars + 1);
        const hits = roomHits(levels, bars, most);
        const kept = keptLevels(levels, trades, hits);
        const rows = kept.stops + kept.trails + kept.targets;
        expect(rows * trades).toBeLessThanOrEqual(hits);
        for (const kind of ["stops", "trails", "targets"] as const) {
          expect(kept[kind]).toBeLessThanOrEqual(levels[kind]);
          expect(kept[kind]).toBeGreaterThanOrEqual(Math.min(1, levels[kind]));
        }
        const all = levels.stops + levels.trails + levels.targets;
        if (all * trades <= hits) expect(kept).toEqual(levels);
      }),
    );
  });

  it("are of trailing stops only where one is on", () => {
    const grid = { stops: [1, 2], trails: [null, null], targets: [3] };
    expect(levelCounts(grid)).toEqual({ stops: 2, trails: 0, targets: 1 });
    expect(levelCounts({ ...grid, trails: [null, 2] }).trails).toBe(2);
  });
});
