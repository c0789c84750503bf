import { expect, it } from "vitest";
import { variantReport } from "../../../src/core/report/variant-report.ts";
import type { RunRequestInput } from "../../../src/plan/request.ts";
import { describeGolden, readGoldenText } from "../../support/golden.ts";
import { tradingViewCandles } from "../../support/golden-candles.ts";
import { planOf } from "../../support/request-samples.ts";

/**
 * Trade lists of two strategies that TradingView ships, as its own broker filled them: at the next
 * bar's open, without costs, always in the market from the first crossing on. The last trade was
 * open when the list was taken; both sides close it at the last close.
 */
interface Fill {
  readonly timeMs: number;
  readonly price: number;
}
interface ListedTrade {
  readonly direction: string;
  readonly entry: Fill;
  readonly exit: Fill;
}

const LISTS = [
  {
    title: "MACD (12, 26, 9), histogram across 0",
    file: "macd_trades.csv",
    trades: 1_808,
    indicators: { macd: { id: "momentum.macd" } },
    signal: { rule: "crossLevel", of: "macd.histogram", params: { long: 0, short: 0 } },
  },
  {
    title: "RSI (14), above 30 and below 70",
    file: "rsi_trades.csv",
    trades: 194,
    indicators: { rsi: { id: "momentum.rsi", params: { window: 14 } } },
    signal: { rule: "crossLevel", of: "rsi", params: { long: 30, short: 70 } },
  },
] as const;

describeGolden("TradingView's trade lists", "2 lists, 2,002 trades", () => {
  const candles = tradingViewCandles();

  it.each(LISTS)("$title: $trades trades by time, side and price", (list) => {
    const expected = readTrades(list.file);
    expect(expected.length).toBe(list.trades);
    const request: RunRequestInput = {
      dataset: "tradingview",
      warmupBars: 0,
      strategy: { indicators: list.indicators, signals: [list.signal] },
      execution: { fillMode: "NEXT_OPEN", sizing: "FIXED_QUOTE", feePct: 0, slippagePct: 0 },
    };
    const market = { datasetHash: "e".repeat(64), timeframe: "1h" as const, candles };
    const { sweep } = planOf(request, {}, market);
    const report = variantReport(sweep, candles, {
      stage: "STAGE_A",
      variantIndex: 0,
      points: 100,
    });
    const ours = report.trades.map(
      (trade): ListedTrade => ({
        direction: trade.direction.toLowerCase(),
        entry: { timeMs: trade.entryTimeMs, price: trade.entryPrice },
        exit: { timeMs: trade.exitTimeMs, price: trade.exitPrice },
      }),
    );
    expect(ours).toEqual(expected);
    const reasons = report.trades.map((trade) => trade.exitReason);
    expect(new Set(reasons.slice(0, -1))).toEqual(new Set(["SIGNAL"]));
    expect(reasons.at(-1)).toBe("FORCED");
  });
});

/** Each trade is two lines, entry and exit: number, type, time, signal, price, ... */
function readTrades(file: string): ListedTrade[] {
  const lines = readGoldenText(`tradingview/trades/${file}`).trim().split(/\r?\n/).slice(1);
  const rows = lines.map((line) => line.split(","));
  const fillOf = (row: readonly string[]): Fill => ({
    timeMs: Date.parse(row[2].replace(/(\d\d)$/, ":$1")),
    price: Number(row[4]),
  });
  return rows.flatMap((row, i) => {
    const [kind, direction] = row[1].split(" ");
    return kind === "Entry" ? [{ direction, entry: fillOf(row), exit: fillOf(rows[i + 1]) }] : [];
  });
}
