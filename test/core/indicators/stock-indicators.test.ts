import { expect, it } from "vitest";
import type { Indicator } from "../../../src/core/indicators/indicator.ts";
import { findIndicator } from "../../../src/core/indicators/registry.ts";
import { type ParameterValues, withDefaults } from "../../../src/core/parameter.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import { type Candles, sliceCandles } from "../../../src/core/series/candles.ts";
import { describeGolden, readGoldenJson } from "../../support/golden.ts";
import { stockIndicatorsQuotes } from "../../support/golden-candles.ts";

/**
 * Values of Stock.Indicators over its 502 daily quotes, with its default parameters. The bars
 * without a value must be the same, the others agree to 1e-11 (prices are near 250).
 */
const TOLERANCE = 1e-11;

type Row = Readonly<Record<string, number | string | null>>;
type Column = readonly [
  file: string,
  field: string,
  id: string,
  output: string,
  params: ParameterValues,
];

const BANDS = { window: 20, multiplier: 2 };
const COLUMNS: readonly Column[] = [
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
];

describeGolden("indicators against Stock.Indicators", `${COLUMNS.length + 1} columns`, () => {
  const quotes = stockIndicatorsQuotes();

  it.for(COLUMNS)("%s.%s: %s %s", ([file, field, id, output, params]) => {
    const ours = outputOf(quotes, id, output, params);
    expectColumn(ours, readGoldenJson<Row[]>(`stock-indicators/${file}.json`), field);
  });

  it("atr.atr: volatility.atr atr, from the second bar", () => {
    // It knows no true range of the first bar (as TA-Lib), we take high - low (as TradingView):
    // start where both agree, the second bar's range widened by hand to the close before it.
    const later = sliceCandles(quotes, 1, quotes.time.length);
    const high = Float64Array.from(later.high);
    const low = Float64Array.from(later.low);
    high[0] = Math.max(high[0], quotes.close[0]);
    low[0] = Math.min(low[0], quotes.close[0]);
    const ours = outputOf({ ...later, high, low }, "volatility.atr", "atr", { window: 14 });
    const rows = readGoldenJson<Row[]>("stock-indicators/atr.json");
    expect(rows[0].atr).toBeNull();
    expectColumn(ours, rows.slice(1), "atr");
  });
});

function outputOf(
  candles: Candles,
  id: string,
  output: string,
  params: ParameterValues,
): Float64Array {
  const indicator = findIndicator(id) as Indicator;
  const outputs = indicator.compute(
    new CandleView(candles),
    withDefaults(indicator.params, params),
  );
  return outputs[indicator.outputs.indexOf(output)];
}

function expectColumn(ours: Float64Array, rows: readonly Row[], field: string): void {
  expect(ours).toHaveLength(rows.length);
  let compared = 0;
  rows.forEach((row, t) => {
    const value = row[field];
    if (typeof value !== "number") {
      expect([value, ours[t]], `bar ${t}`).toEqual([null, Number.NaN]);
      return;
    }
    expect(Math.abs(ours[t] - value), `bar ${t}`).toBeLessThanOrEqual(TOLERANCE);
    compared += 1;
  });
  expect(compared).toBeGreaterThan(460);
}
