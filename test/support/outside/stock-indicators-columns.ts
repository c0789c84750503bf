import { ema } from "../../../src/core/indicators/recursive-average.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import { stockIndicatorsQuotes } from "../golden-candles.ts";
import { readGoldenJson } from "../golden-files.ts";
import {
  type ColumnRow,
  compareColumn,
  type Form,
  type OutsideCase,
  seriesOf,
} from "./comparison.ts";
import { differingAt, fromBar, otherStart, RANGE_FROM_SECOND_BAR } from "./forms.ts";
import { computeOurs, numberIn } from "./our-series.ts";

/** Stock.Indicators over its 502 daily quotes, with its documented default parameters. */

const BANDS = { window: 20, multiplier: 2 };
const KELTNER = { window: 20, multiplier: 2, rangeWindow: 10, rangeAverage: "rma" };
const ADX = { window: 14, smoothing: 14 };
const EXIT = { window: 22, multiplier: 3 };

/** By then a start has left no trace. */
const FORGOTTEN = 200;

const EARLIEST = "of equal highs or lows it takes the earliest, ours the latest (as TA-Lib)";
const UP_TIES = [193];
const DOWN_TIES = [232];

const ONE_BAR_LATER: Form = {
  reason: "its channel leaves the current bar out, ours takes it in (as TA-Lib and TradingView)",
  apply: ({ ours, theirs }) => ({ ours: ours.map((_, t) => ours[t - 1]), theirs }),
};

const FIRST_CHANGE = differingAt([0], "its line is 0 on the first bar, ours has no change there");

const FULL_WINDOWS = fromBar(
  FORGOTTEN,
  "it starts in windows that are not full, ours (as TradingView) in the first that is; " +
    `compared from bar ${FORGOTTEN} on`,
);

const SECOND_AVERAGE = otherStart(
  FORGOTTEN,
  "its second average starts from one value of the first, ours from a mean (as TA-Lib)",
  ({ view, series }) => {
    const window = numberIn(series, "window");
    const once = computeOurs(view, { id: "ma.ema", output: "value", params: { window } });
    const twice = ema(once, window, "first");
    return once.map((value, t) => 2 * value - twice[t]);
  },
);

type FileRow = readonly [file: string, ...row: ColumnRow];

const ROWS: readonly FileRow[] = [
  ["ema", "ema", "ma.ema", "value", { window: 20 }],
  ["macd", "fastEma", "ma.ema", "value", { window: 12 }],
  ["macd", "slowEma", "ma.ema", "value", { window: 26 }],
  ["macd", "macd", "momentum.macd", "macd", {}],
  ["macd", "signal", "momentum.macd", "signal", {}],
  ["macd", "histogram", "momentum.macd", "histogram", {}],
  ["bb", "sma", "ma.sma", "value", { window: 20 }],
  ["bb", "sma", "volatility.bbands", "basis", BANDS],
  ["bb", "upperBand", "volatility.bbands", "upper", BANDS],
  ["bb", "lowerBand", "volatility.bbands", "lower", BANDS],
  ["keltner", "centerline", "ma.ema", "value", { window: 20 }],
  ["bb", "percentB", "volatility.bbands_percent_b", "percentB", BANDS],
  ["bb", "width", "volatility.bbands_bandwidth", "bandwidth", BANDS],
  ["keltner", "centerline", "trend.keltner", "middle", KELTNER],
  ["keltner", "upperBand", "trend.keltner", "upper", KELTNER],
  ["keltner", "lowerBand", "trend.keltner", "lower", KELTNER],
  ["adx", "pdi", "trend.adx", "plusDi", ADX],
  ["adx", "mdi", "trend.adx", "minusDi", ADX],
  ["adx", "adx", "trend.adx", "adx", ADX],
  ["hma", "hma", "ma.hma", "value", { window: 14 }],
  ["bb", "zScore", "structure.zscore", "zscore", { window: 20 }],
  ["cci", "cci", "momentum.cci", "cci", { window: 20 }],
  ["cmf", "cmf", "volume.cmf", "cmf", { window: 20 }],
  ["mfi", "mfi", "volume.mfi", "mfi", { window: 14 }],
  ["atr", "atr", "volatility.atr", "atr", { window: 14 }, RANGE_FROM_SECOND_BAR],
  ["chexit", "chandelierExit", "trend.chandelier_exit", "longStop", EXIT, RANGE_FROM_SECOND_BAR],
  ["donchian", "upperBand", "trend.donchian", "upper", { window: 20 }, ONE_BAR_LATER],
  ["donchian", "centerline", "trend.donchian", "middle", { window: 20 }, ONE_BAR_LATER],
  ["donchian", "lowerBand", "trend.donchian", "lower", { window: 20 }, ONE_BAR_LATER],
  ["aroon", "aroonUp", "trend.aroon", "up", { window: 25 }, differingAt(UP_TIES, EARLIEST)],
  ["aroon", "aroonDown", "trend.aroon", "down", { window: 25 }, differingAt(DOWN_TIES, EARLIEST)],
  [
    "aroon",
    "oscillator",
    "trend.aroon",
    "oscillator",
    { window: 25 },
    differingAt([...UP_TIES, ...DOWN_TIES], EARLIEST),
  ],
  ["obv", "obv", "volume.obv", "obv", {}, FIRST_CHANGE],
  ["fisher", "fisher", "momentum.fisher", "fisher", { window: 10 }, FULL_WINDOWS],
  ["fisher", "trigger", "momentum.fisher", "trigger", { window: 10 }, FULL_WINDOWS],
  ["dema", "dema", "ma.dema", "value", { window: 14 }, SECOND_AVERAGE],
];

type QuoteRow = Readonly<Record<string, number | null>>;

export function stockIndicatorsCases(): OutsideCase[] {
  return ROWS.map(([file, ...row]) => {
    const [field, id, output] = row;
    const label = `${file}.${field}`;
    return {
      title: `${label}: ${id} ${output}`,
      comparisons: () => {
        const view = new CandleView(stockIndicatorsQuotes());
        const rows = readGoldenJson<QuoteRow[]>(`stock-indicators/${file}.json`);
        const theirs = seriesOf(rows.map((quote) => quote[field]));
        return [compareColumn({ source: "Stock.Indicators", label, theirs, view }, row)];
      },
    };
  });
}
