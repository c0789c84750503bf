import { expect, it } from "vitest";
import type { Indicator } from "../../../src/core/indicators/indicator.ts";
import { findIndicator } from "../../../src/core/indicators/registry.ts";
import { type ParameterValues, withDefaults } from "../../../src/core/parameter.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import type { Candles } from "../../../src/core/series/candles.ts";
import { describeGolden } from "../../support/golden.ts";
import { tradingViewTable } from "../../support/golden-candles.ts";

/**
 * TradingView's own columns, from their first bar on (prices near 1). The bars without a value must
 * be the same; the others agree to these absolute bounds, the rounding of its running sums. That of
 * the bands is wider: it computes a variance as the difference of two means.
 */
const TOLERANCE: Readonly<Record<string, number>> = {
  "ma.alma": 1e-15,
  "ma.ema": 1e-15,
  "ma.hma": 1e-15,
  "ma.rma": 1e-15,
  "ma.sma": 1e-15,
  "ma.swma": 1e-15,
  "ma.vwma": 1e-15,
  "ma.wma": 1e-15,
  "momentum.rsi": 1e-13,
  "momentum.macd": 1e-17,
  "momentum.stoch": 1e-13,
  "trend.adx": 1e-13,
  "trend.keltner": 1e-15,
  "trend.linreg": 1e-14,
  "volatility.atr": 1e-17,
  "volatility.bbands": 2e-12,
  "volatility.tr": 0,
};

type Column = readonly [
  table: string,
  header: string,
  id: string,
  output: string,
  params: ParameterValues,
];

/** Its range is an exponential average over the window of the middle line. */
const KELTNER = { window: 20, multiplier: 2, rangeWindow: 20, rangeAverage: "ema" };

const COLUMNS: readonly Column[] = [
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
  ["dmi", "ta.dmi(17, 14).dip", "trend.adx", "plusDi", { window: 17, smoothing: 14 }],
  ["dmi", "ta.dmi(17, 14).dim", "trend.adx", "minusDi", { window: 17, smoothing: 14 }],
  ["dmi", "ta.dmi(17, 14).adx", "trend.adx", "adx", { window: 17, smoothing: 14 }],
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
  ["bb", "ta.bb(close, 20, 2).base", "volatility.bbands", "basis", { window: 20, multiplier: 2 }],
  ["bb", "ta.bb(close, 20, 2).upper", "volatility.bbands", "upper", { window: 20, multiplier: 2 }],
  ["bb", "ta.bb(close, 20, 2).lower", "volatility.bbands", "lower", { window: 20, multiplier: 2 }],
];

describeGolden("indicators against TradingView", `${COLUMNS.length + 4} columns`, () => {
  it.for(COLUMNS)("%s: %s", ([name, header, id, output, params]) => {
    const { candles, column } = tradingViewTable(name);
    expectSeries(outputOf(candles, id, output, params), column(header), TOLERANCE[id]);
  });

  it("bb: ta.bbw(close, 20, 2.1), in percent there", () => {
    const { candles, column } = tradingViewTable("bb");
    const params = { window: 20, multiplier: 2.1 };
    const ours = outputOf(candles, "volatility.bbands_bandwidth", "bandwidth", params);
    const percent = ours.map((value) => 100 * value);
    // Twice the bound of a band, in percent.
    expectSeries(percent, column("ta.bbw(close, 20, 2.1)"), 4e-10);
  });

  it("mfi+rsi+stoch: ta.mfi(close, 14), once the first bar has left the window", () => {
    const { candles, column } = tradingViewTable("mfi+rsi+stoch");
    const ours = outputOf(candles, "volume.mfi", "mfi", { window: 14, source: "close" });
    const theirs = column("ta.mfi(close, 14)");
    // It takes the first bar, which has no change, for a rise and a fall at once.
    expect([ours[13], Number.isFinite(theirs[13])]).toEqual([Number.NaN, true]);
    theirs[13] = Number.NaN;
    expectSeries(ours, theirs, 1e-12);
  });

  it("supertrend: ta.supertrend(3, 10), in one column for each direction", () => {
    const { candles, column } = tradingViewTable("supertrend");
    const params = { window: 10, multiplier: 3 };
    const line = outputOf(candles, "trend.supertrend", "supertrend", params);
    const direction = outputOf(candles, "trend.supertrend", "direction", params);
    const rising = line.map((value, t) => (direction[t] === 1 ? value : Number.NaN));
    const falling = line.map((value, t) => (direction[t] === -1 ? value : Number.NaN));
    const down = column("ta.supertrend(3, 10).down");
    // The first bar has no value: its 0 is the plot's.
    expect(down[0]).toBe(0);
    down[0] = Number.NaN;
    const compared =
      expectSeries(rising, column("ta.supertrend(3, 10).up"), 1e-15) +
      expectSeries(falling, down, 1e-15);
    expect(compared).toBe(191);
  });
});

function outputOf(
  candles: Candles,
  id: string,
  output: string,
  params: ParameterValues,
): Float64Array {
  const indicator = findIndicator(id) as Indicator;
  const chosen = withDefaults(indicator.params, params);
  const outputs = indicator.compute(new CandleView(candles), chosen);
  return outputs[indicator.outputs.indexOf(output)];
}

/** Number of values compared. */
function expectSeries(ours: Float64Array, theirs: Float64Array, tolerance: number): number {
  expect(ours).toHaveLength(theirs.length);
  let compared = 0;
  theirs.forEach((value, t) => {
    if (Number.isNaN(value)) expect(ours[t], `bar ${t}`).toBeNaN();
    else expect(Math.abs(ours[t] - value), `bar ${t}`).toBeLessThanOrEqual(tolerance);
    compared += Number.isFinite(value) ? 1 : 0;
  });
  expect(compared).toBeGreaterThan(50);
  return compared;
}
