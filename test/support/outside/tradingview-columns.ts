import { CandleView } from "../../../src/core/series/candle-view.ts";
import { tradingViewTable } from "../golden-candles.ts";
import {
  type ColumnRow,
  compareColumn,
  type Form,
  type OutsideCase,
  type Subject,
} from "./comparison.ts";
import { differingAt, times } from "./forms.ts";
import { computeOurs } from "./our-series.ts";

/** TradingView's own columns, from their first bar on. */

/** Its range is an exponential average over the window of the middle line. */
const KELTNER = { window: 20, multiplier: 2, rangeWindow: 20, rangeAverage: "ema" };
const BANDS = { window: 20, multiplier: 2 };
const SUPERTREND = { window: 10, multiplier: 3 };
const DMI = { window: 17, smoothing: 14 };
const MFI = { window: 14, source: "close" };

const PERCENT = times(100, "it gives percents, ours a share");
const FIRST_BAR = differingAt(
  [13],
  "it takes the first bar, which has no change, for a rise and a fall at once",
);

/** It plots rising and falling trends apart. */
function oneTrend(direction: 1 | -1, differing: readonly number[] = []): Form {
  return {
    reason: `it plots rising and falling trends in two columns${
      differing.length === 0 ? "" : "; the first bar's 0 is the plot's"
    }`,
    apply: ({ ours, theirs }, { view, series }: Subject) => {
      const directions = computeOurs(view, { ...series, output: "direction" });
      const shown = ours.map((value, t) => (directions[t] === direction ? value : Number.NaN));
      return { ours: shown, theirs, differing: new Set(differing) };
    },
  };
}

type TableRow = readonly [table: string, ...row: ColumnRow];

const ROWS: readonly TableRow[] = [
  ["ma", "ta.sma(close, 10)", "ma.sma", "value", { window: 10 }],
  ["ma", "ta.sma(hl2, 20)", "ma.sma", "value", { window: 20, source: "hl2" }],
  ["ma", "ta.sma(hlc3, 15)", "ma.sma", "value", { window: 15, source: "hlc3" }],
  ["ma", "ta.ema(close, 20)", "ma.ema", "value", { window: 20 }],
  ["ma", "ta.ema(ohlc4, 10)", "ma.ema", "value", { window: 10, source: "ohlc4" }],
  ["ma", "ta.rma(hlcc4, 5)", "ma.rma", "value", { window: 5, source: "hlcc4" }],
  ["ma", "ta.rma(high, 15)", "ma.rma", "value", { window: 15, source: "high" }],
  ["ma", "ta.wma(close, 5)", "ma.wma", "value", { window: 5 }],
  ["ma", "ta.wma(close, 20)", "ma.wma", "value", { window: 20 }],
  ["ma", "ta.alma(close, 5, 0.85, 6)", "ma.alma", "value", { window: 5 }],
  [
    "ma",
    "ta.alma(close, 10, 0.55, 12)",
    "ma.alma",
    "value",
    { window: 10, offset: 0.55, sigma: 12 },
  ],
  ["ma", "ta.hma(close, 9)", "ma.hma", "value", { window: 9 }],
  ["ma", "ta.hma(close, 20)", "ma.hma", "value", { window: 20 }],
  ["ma", "ta.swma(hlc3)", "ma.swma", "value", { source: "hlc3" }],
  ["ma", "ta.vwma(close, 20)", "ma.vwma", "value", { window: 20 }],
  ["dmi", "ta.dmi(17, 14).dip", "trend.adx", "plusDi", DMI],
  ["dmi", "ta.dmi(17, 14).dim", "trend.adx", "minusDi", DMI],
  ["dmi", "ta.dmi(17, 14).adx", "trend.adx", "adx", DMI],
  ["kc", "ta.kc(close, 20, 2).base", "trend.keltner", "middle", KELTNER],
  ["kc", "ta.kc(close, 20, 2).upper", "trend.keltner", "upper", KELTNER],
  ["kc", "ta.kc(close, 20, 2).lower", "trend.keltner", "lower", KELTNER],
  ["linreg", "ta.linreg(close, 20, 0)", "trend.linreg", "value", { window: 20 }],
  ["linreg", "ta.linreg(close, 20, 10)", "trend.linreg", "value", { window: 20, offset: 10 }],
  ["tr", "ta.tr(true)", "volatility.tr", "tr", {}],
  ["mfi+rsi+stoch", "ta.rsi(close, 14)", "momentum.rsi", "rsi", { window: 14 }],
  [
    "mfi+rsi+stoch",
    "ta.stoch(close, high, low, 20)",
    "momentum.stoch",
    "k",
    { kWindow: 20, smoothing: 1 },
  ],
  ["macd", "ta.macd(close, 12, 26, 9).macd", "momentum.macd", "macd", {}],
  ["macd", "ta.macd(close, 12, 26, 9).signal", "momentum.macd", "signal", {}],
  ["macd", "ta.macd(close, 12, 26, 9).hist", "momentum.macd", "histogram", {}],
  ["tr", "ta.atr(14)", "volatility.atr", "atr", { window: 14 }],
  ["bb", "ta.bb(close, 20, 2).base", "volatility.bbands", "basis", BANDS],
  ["bb", "ta.bb(close, 20, 2).upper", "volatility.bbands", "upper", BANDS],
  ["bb", "ta.bb(close, 20, 2).lower", "volatility.bbands", "lower", BANDS],
  [
    "bb",
    "ta.bbw(close, 20, 2.1)",
    "volatility.bbands_bandwidth",
    "bandwidth",
    { window: 20, multiplier: 2.1 },
    PERCENT,
  ],
  ["mfi+rsi+stoch", "ta.mfi(close, 14)", "volume.mfi", "mfi", MFI, FIRST_BAR],
  [
    "supertrend",
    "ta.supertrend(3, 10).up",
    "trend.supertrend",
    "supertrend",
    SUPERTREND,
    oneTrend(1),
  ],
  [
    "supertrend",
    "ta.supertrend(3, 10).down",
    "trend.supertrend",
    "supertrend",
    SUPERTREND,
    oneTrend(-1, [0]),
  ],
];

export function tradingViewCases(): OutsideCase[] {
  return ROWS.map(([table, ...row]) => {
    const [header, id, output] = row;
    const label = `${table}: ${header}`;
    return {
      title: `${label}: ${id} ${output}`,
      comparisons: () => {
        const { candles, column } = tradingViewTable(table);
        const view = new CandleView(candles);
        return [compareColumn({ source: "TradingView", label, theirs: column(header), view }, row)];
      },
    };
  });
}
