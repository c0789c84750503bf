import { expect, it } from "vitest";
import { describeGolden } from "../../support/golden.ts";
import { compareTradeList, TRADE_LISTS } from "../../support/tradingview-trades.ts";

describeGolden("TradingView's trade lists", "2 lists, 2,002 trades", () => {
  it.each(TRADE_LISTS)("$title: $trades trades by time, side and price", (list) => {
    const { expected, ours, report } = compareTradeList(list);
    expect(expected.length).toBe(list.trades);
    expect(ours).toEqual(expected);
    const reasons = report.trades.map((trade) => trade.exitReason);
    expect(new Set(reasons.slice(0, -1))).toEqual(new Set(["SIGNAL"]));
    expect(reasons.at(-1)).toBe("FORCED");
  });
});
