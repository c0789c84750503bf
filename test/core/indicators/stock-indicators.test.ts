import { expect, it } from "vitest";
import type { Indicator } from "../../../src/core/indicators/indicator.ts";
import { ema } from "../../../src/core/indicators/recursive-average.ts";
import { findIndicator } from "../../../src/core/indicators/registry.ts";
import { type ParameterValues, withDefaults } from "../../../src/core/parameter.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import { type Candles, sliceCandles } from "../../../src/core/series/candles.ts";
import { describeGolden, readGoldenJson } from "../../support/golden.ts";
import { stockIndicatorsQuotes } from "../../support/golden-candles.ts";

/**
 * Values of Stock.Indicators over its 502 daily quotes, with its default parameters. The bars
 * without a value must be the same, the others agree to 1e-11 (prices are near 250), the CCI, which
 * divides by a small spread, to 1e-10.
 */
const TOLERANCE = 1e-11;
const TOLERANCES: Readonly<Record<string, number>> = { cci: 1e-10 };

type Row = Readonly<Record<string, number | string | null>>;
type Column = readonly [
  file: string,
  field: string,
  id: string,
  output: string,
  params: ParameterValues,
];

const BANDS = { window: 20, multiplier: 2 };
const KELTNER = { window: 20, multiplier: 2, rangeWindow: 10, rangeAverage: "rma" };

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
  ["bb", "percentB", "volatility.bbands_percent_b", "percentB", BANDS],
  ["bb", "width", "volatility.bbands_bandwidth", "bandwidth", BANDS],
  ["keltner", "centerline", "trend.keltner", "middle", KELTNER],
  ["keltner", "upperBand", "trend.keltner", "upper", KELTNER],
  ["keltner", "lowerBand", "trend.keltner", "lower", KELTNER],
  ["adx", "pdi", "trend.adx", "plusDi", { window: 14, smoothing: 14 }],
  ["adx", "mdi", "trend.adx", "minusDi", { window: 14, smoothing: 14 }],
  ["adx", "adx", "trend.adx", "adx", { window: 14, smoothing: 14 }],
  ["hma", "hma", "ma.hma", "value", { window: 14 }],
  ["bb", "zScore", "structure.zscore", "zscore", { window: 20 }],
  ["cci", "cci", "momentum.cci", "cci", { window: 20 }],
  ["cmf", "cmf", "volume.cmf", "cmf", { window: 20 }],
  ["mfi", "mfi", "volume.mfi", "mfi", { window: 14 }],
];

describeGolden("indicators against Stock.Indicators", `${COLUMNS.length + 12} columns`, () => {
  const quotes = stockIndicatorsQuotes();

  it.for(COLUMNS)("%s.%s: %s %s", ([file, field, id, output, params]) => {
    const ours = outputOf(quotes, id, output, params);
    expectColumn(ours, readGoldenJson<Row[]>(`stock-indicators/${file}.json`), field);
  });

  // It knows no true range of the first bar (as TA-Lib), we take high - low (as TradingView).
  it("atr.atr: volatility.atr atr, from the second bar", () => {
    const ours = outputOf(fromSecondBar(quotes), "volatility.atr", "atr", { window: 14 });
    const [first, ...rows] = readGoldenJson<Row[]>("stock-indicators/atr.json");
    expect(first.atr).toBeNull();
    expectColumn(ours, rows, "atr");
  });

  it("chexit.chandelierExit: trend.chandelier_exit longStop, from the second bar", () => {
    const params = { window: 22, multiplier: 3 };
    const ours = outputOf(fromSecondBar(quotes), "trend.chandelier_exit", "longStop", params);
    const [first, ...rows] = readGoldenJson<Row[]>("stock-indicators/chexit.json");
    expect(first.chandelierExit).toBeNull();
    expectColumn(ours, rows, "chandelierExit");
  });

  // Its channel leaves the current bar out, ours takes it in (as TA-Lib and TradingView).
  it.for([
    ["upperBand", "upper"],
    ["centerline", "middle"],
    ["lowerBand", "lower"],
  ])("donchian.%s: trend.donchian %s, one bar later", ([field, output]) => {
    const ours = outputOf(quotes, "trend.donchian", output, { window: 20 });
    const [first, ...rows] = readGoldenJson<Row[]>("stock-indicators/donchian.json");
    expect(first[field]).toBeNull();
    expectColumn(ours.subarray(0, rows.length), rows, field);
  });

  // Of equal highs or lows it takes the earliest, ours the latest (as TA-Lib).
  it.for([
    ["aroonUp", "up", [193]],
    ["aroonDown", "down", [232]],
    ["oscillator", "oscillator", [193, 232]],
  ] as const)("aroon.%s: trend.aroon %s, but for ties", ([field, output, ties]) => {
    const ours = outputOf(quotes, "trend.aroon", output, { window: 25 });
    const rows = readGoldenJson<Row[]>("stock-indicators/aroon.json");
    for (const t of ties) {
      expect(ours[t]).not.toBe(rows[t][field]);
      ours[t] = rows[t][field] as number;
    }
    expectColumn(ours, rows, field);
  });

  // Its line is 0 on the first bar, ours starts with the first change.
  it("obv.obv: volume.obv, from the second bar", () => {
    const ours = outputOf(quotes, "volume.obv", "obv", {});
    const [first, ...rows] = readGoldenJson<Row[]>("stock-indicators/obv.json");
    expect([first.obv, ours[0]]).toEqual([0, Number.NaN]);
    expectColumn(ours.subarray(1), rows, "obv");
  });

  // It starts in windows that are not full, ours (as TradingView) in the first that is.
  it.for([
    "fisher",
    "trigger",
  ])("fisher.%s: momentum.fisher, once the start is forgotten", (field) => {
    const ours = outputOf(quotes, "momentum.fisher", field, { window: 10 });
    const rows = readGoldenJson<Row[]>("stock-indicators/fisher.json");
    expectLate(ours, rows, field);
  });

  // It starts the second average from one value of the first, ours from a mean (as TA-Lib).
  it("dema.dema: ma.dema, once the start is forgotten", () => {
    const rows = readGoldenJson<Row[]>("stock-indicators/dema.json");
    const once = outputOf(quotes, "ma.ema", "value", { window: 14 });
    const twice = ema(once, 14, "first");
    expectColumn(
      once.map((value, t) => 2 * value - twice[t]),
      rows,
      "dema",
    );
    expectLate(outputOf(quotes, "ma.dema", "value", { window: 14 }), rows, "dema");
  });
});

/** From the second bar on, its range widened to the close before it: where true ranges agree. */
function fromSecondBar(candles: Candles): Candles {
  const later = sliceCandles(candles, 1, candles.time.length);
  const high = Float64Array.from(later.high);
  const low = Float64Array.from(later.low);
  high[0] = Math.max(high[0], candles.close[0]);
  low[0] = Math.min(low[0], candles.close[0]);
  return { ...later, high, low };
}

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

/** After so many bars a start leaves no trace in a recursion. */
const FORGOTTEN = 200;

function expectLate(ours: Float64Array, rows: readonly Row[], field: string): void {
  const late = rows.slice(FORGOTTEN);
  expect(late).toHaveLength(302);
  late.forEach((row, i) => {
    const error = Math.abs(ours[FORGOTTEN + i] - (row[field] as number));
    expect(error, row.timestamp as string).toBeLessThanOrEqual(TOLERANCE);
  });
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
    const tolerance = TOLERANCES[field] ?? TOLERANCE;
    expect(Math.abs(ours[t] - value), `bar ${t}`).toBeLessThanOrEqual(tolerance);
    compared += 1;
  });
  expect(compared).toBeGreaterThan(460);
}
