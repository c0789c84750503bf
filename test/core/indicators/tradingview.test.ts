import { expect, it } from "vitest";
import type { Indicator } from "../../../src/core/indicators/indicator.ts";
import { findIndicator } from "../../../src/core/indicators/registry.ts";
import { type ParameterValues, withDefaults } from "../../../src/core/parameter.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import { describeGolden } from "../../support/golden.ts";
import { type GoldenTable, tradingViewTable } from "../../support/golden-candles.ts";

/**
 * TradingView's own columns, from their first bar on (prices near 1). The bars without a value must
 * be the same; the others agree to these absolute bounds, the rounding of its running sums. That of
 * the bands is wider: it computes a variance as the difference of two means.
 */
const TOLERANCE: Readonly<Record<string, number>> = {
  "ma.sma": 1e-15,
  "ma.ema": 1e-15,
  "ma.rma": 1e-15,
  "ma.wma": 1e-15,
  "momentum.rsi": 1e-13,
  "momentum.macd": 1e-17,
  "volatility.atr": 1e-17,
  "volatility.bbands": 2e-12,
};

type Column = readonly [
  table: string,
  header: string,
  id: string,
  output: string,
  params: ParameterValues,
];

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
  ["mfi+rsi+stoch", "ta.rsi(close, 14)", "momentum.rsi", "rsi", { window: 14 }],
  ["macd", "ta.macd(close, 12, 26, 9).macd", "momentum.macd", "macd", {}],
  ["macd", "ta.macd(close, 12, 26, 9).signal", "momentum.macd", "signal", {}],
  ["macd", "ta.macd(close, 12, 26, 9).hist", "momentum.macd", "histogram", {}],
  ["tr", "ta.atr(14)", "volatility.atr", "atr", { window: 14 }],
  ["bb", "ta.bb(close, 20, 2).base", "volatility.bbands", "basis", { window: 20, multiplier: 2 }],
  ["bb", "ta.bb(close, 20, 2).upper", "volatility.bbands", "upper", { window: 20, multiplier: 2 }],
  ["bb", "ta.bb(close, 20, 2).lower", "volatility.bbands", "lower", { window: 20, multiplier: 2 }],
];

describeGolden("indicators against TradingView", `${COLUMNS.length} columns`, () => {
  const tables = new Map(COLUMNS.map(([name]) => [name, tradingViewTable(name)]));

  it.for(COLUMNS)("%s: %s", ([name, header, id, output, params]) => {
    const { candles, column } = tables.get(name) as GoldenTable;
    const indicator = findIndicator(id) as Indicator;
    const view = new CandleView(candles);
    const outputs = indicator.compute(view, withDefaults(indicator.params, params));
    const ours = outputs[indicator.outputs.indexOf(output)];
    const theirs = column(header);
    expect(ours).toHaveLength(theirs.length);
    let compared = 0;
    theirs.forEach((value, t) => {
      if (Number.isNaN(value)) expect(ours[t], `bar ${t}`).toBeNaN();
      else expect(Math.abs(ours[t] - value), `bar ${t}`).toBeLessThanOrEqual(TOLERANCE[id]);
      compared += Number.isFinite(value) ? 1 : 0;
    });
    expect(compared).toBeGreaterThan(80);
  });
});
