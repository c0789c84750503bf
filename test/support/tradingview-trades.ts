import { type VariantReport, variantReport } from "../../src/core/report/variant-report.ts";
import type { RunRequestInput } from "../../src/plan/request.ts";
import { tradingViewCandles } from "./golden-candles.ts";
import { readGoldenText } from "./golden-files.ts";
import { planOf } from "./request-samples.ts";

/**
 * Trade lists of two strategies that TradingView ships, as its own broker filled them: at the next
 * bar's open, without costs, always in the market from the first crossing on. The last trade was
 * open when the list was taken; both sides close it at the last close.
 */
interface Fill {
  readonly timeMs: number;
  readonly price: number;
}
export interface ListedTrade {
  readonly direction: string;
  readonly entry: Fill;
  readonly exit: Fill;
}

export const TRADE_LISTS = [
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

export interface TradeListComparison {
  readonly expected: readonly ListedTrade[];
  readonly ours: readonly ListedTrade[];
  readonly report: VariantReport;
}

export function compareTradeList(list: (typeof TRADE_LISTS)[number]): TradeListComparison {
  const request: RunRequestInput = {
    dataset: "tradingview",
    warmupBars: 0,
    strategy: { indicators: list.indicators, signals: [list.signal] },
    execution: { fillMode: "NEXT_OPEN", sizing: "FIXED_QUOTE", feePct: 0, slippagePct: 0 },
  };
  const candles = tradingViewCandles();
  const market = { datasetHash: "e".repeat(64), timeframe: "1h" as const, candles };
  const { sweep } = planOf(request, {}, market);
  const choice = { stage: "STAGE_A", variantIndex: 0, points: 100 } as const;
  const report = variantReport(sweep, candles, choice);
  const ours = report.trades.map(
    (trade): ListedTrade => ({
      direction: trade.direction.toLowerCase(),
      entry: { timeMs: trade.entryTimeMs, price: trade.entryPrice },
      exit: { timeMs: trade.exitTimeMs, price: trade.exitPrice },
    }),
  );
  return { expected: readTrades(list.file), ours, report };
}

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
