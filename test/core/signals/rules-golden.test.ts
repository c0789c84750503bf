import { expect, it } from "vitest";
import type { Indicator } from "../../../src/core/indicators/indicator.ts";
import { findIndicator } from "../../../src/core/indicators/registry.ts";
import { withDefaults } from "../../../src/core/parameter.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import type { PriceSource } from "../../../src/core/series/price-source.ts";
import type { SeriesRef } from "../../../src/core/signals/atom.ts";
import { findRule } from "../../../src/core/signals/registry.ts";
import { resolveSeries } from "../../../src/core/signals/resolve-series.ts";
import { describeGolden, readGoldenJson } from "../../support/golden.ts";
import { seedParityCandles } from "../../support/golden-candles.ts";
import { evaluatePair } from "../../support/reference-signal.ts";
import { DEVIATIONS } from "../../support/seed-parity-deviations.ts";
import {
  ourName,
  ourParameters,
  ourRule,
  ourSignalParameters,
} from "../../support/seed-parity-names.ts";
import { TIE, tiedBars } from "../../support/ties.ts";
import { FROM_VARIANCE } from "../../support/variance-noise.ts";

/**
 * Signals of a foreign engine (its float64 twin), every bar. It rounds its running sums, so where
 * the two sides of a comparison are equal as decimal numbers its signal is chance, ours is exact.
 * Only such bars may differ, and their number is fixed per signal.
 */
interface GoldenSignal {
  readonly indicatorId: string;
  readonly rule: string;
  readonly params: Readonly<Record<string, number>>;
  readonly source: PriceSource | null;
  readonly signalParams: Readonly<Record<string, number>>;
  readonly signal: string;
  /** Present where the float64 twin differs from the original. */
  readonly signal64?: string;
}

/** How close two sides are where it compares variances, each the difference of two large sums. */
const VARIANCE_TIE = 1e-9;

/** Bars that differ because a comparison is a tie, by dataset and signal. */
const TIES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "eurusd-h1": {
    "ma.hma(5, ohlc4)": 1,
    "ma.lwma(5, ohlc4)": 2,
    "ma.sma(5, low)": 6,
    "ma.wma(5, high)": 3,
    // Levels of 50: it subtracts two rounded shares, so half of them miss the level.
    "trend.aroon(120)": 44,
    "trend.linreg_slope(20, close)": 1,
    "trend.vortex(5)": 2,
    "trend.vortex(20)": 2,
    "trend.vortex(120)": 2,
    "volatility.bbands(5, 0.5, hlc3)": 1,
    "volatility.bbands_bandwidth(5, 0.5, open)": 5,
    "volatility.stddev(5, hlc3)": 3,
    "volatility.variance(5, ohlc4)": 1,
  },
  "eurusd-h1-holes": {
    "ma.lwma(5, ohlc4)": 2,
    "ma.sma(5, low)": 6,
    "ma.wma(5, high)": 3,
    "trend.aroon(120)": 40,
    "trend.linreg_slope(20, close)": 1,
    "trend.vortex(5)": 2,
    "trend.vortex(20)": 2,
    "trend.vortex(120)": 2,
    "volatility.bbands(5, 0.5, hlc3)": 2,
    "volatility.bbands_bandwidth(5, 0.5, open)": 4,
    "volatility.stddev(5, hlc3)": 2,
    "volatility.variance(5, ohlc4)": 2,
  },
};

const DATASETS = Object.keys(TIES);

const SIGNALS = 212;

describeGolden("signals against a foreign engine", `2 x ${SIGNALS} signals`, () => {
  it.for(DATASETS)("%s", (dataset) => {
    const view = new CandleView(seedParityCandles(dataset));
    const file = readGoldenJson<{ series: GoldenSignal[] }>(`seed-parity/signals-${dataset}.json`);
    expect(file.series).toHaveLength(SIGNALS);
    const ties: Record<string, number> = {};
    for (const golden of file.series) {
      const differing = compareSignal(view, golden);
      const name = nameOf(golden);
      if (differing > 0) ties[name] = (ties[name] ?? 0) + differing;
    }
    expect(ties).toEqual(TIES[dataset]);
  });
});

/** Number of bars that differ, all of them ties. */
function compareSignal(view: CandleView, golden: GoldenSignal): number {
  const ours = ourRule(ourName(golden.indicatorId), golden.rule);
  const rule = findRule(ours.id)!;
  expect(findIndicator(ourName(golden.indicatorId).id)!.defaultRule.rule).toBe(rule.id);
  const { operands, columns } = operandsOf(view, golden, ours.operands);
  const pair = rule.atoms(operands, {
    ...withDefaults(rule.params, ours.params),
    ...ourSignalParameters(golden.signalParams),
  });
  const signal = Array.from(evaluatePair(columns, pair), (side) => "SNL"[side + 1]);
  const expected = golden.signal64 ?? golden.signal;
  expect(signal).toHaveLength(expected.length);
  const differing = signal.flatMap((side, t) => (side === expected[t] ? [] : [t]));
  const tie = FROM_VARIANCE.has(golden.indicatorId) ? VARIANCE_TIE : TIE;
  const tied = new Set([pair.long, pair.short].flatMap((atom) => tiedBars(columns, atom, tie)));
  for (const t of differing) {
    const where = `${nameOf(golden)} bar ${t}: ${signal[t]} instead of ${expected[t]}`;
    expect(tied.has(t), where).toBe(true);
  }
  return differing.length;
}

/**
 * What the rule reads. Where our series is another one on purpose, the rule is judged over theirs,
 * which takes the place of the open prices in a copy of the columns.
 */
function operandsOf(
  view: CandleView,
  { indicatorId, params: given, source }: GoldenSignal,
  reads: { readonly of: string; readonly against?: string },
) {
  const { id } = ourName(indicatorId);
  const indicator = findIndicator(id) as Indicator;
  const params = withDefaults(indicator.params, ourParameters(indicator, given, source));
  const output = (name: string): SeriesRef => ({
    kind: "output",
    indicator: id,
    params,
    output: name,
  });
  const price: SeriesRef = { kind: "price", source: source ?? "close" };
  const of = output(reads.of);
  const against = reads.against === undefined ? of : output(reads.against);
  const deviation = DEVIATIONS[indicatorId];
  if (deviation === undefined) return { operands: { of, against, price }, columns: view };
  const theirs = deviation.theirs(resolveSeries(view, of), view.candles, params);
  const columns = new CandleView({ ...view.candles, open: theirs });
  const restated: SeriesRef = { kind: "price", source: "open" };
  return { operands: { of: restated, against, price }, columns };
}

function nameOf({ indicatorId, params, source }: GoldenSignal): string {
  const values = [...Object.values(params), source].filter((value) => value !== null);
  return `${indicatorId}(${values.join(", ")})`;
}
