import { expect, it } from "vitest";
import type { Indicator } from "../../../src/core/indicators/indicator.ts";
import { findIndicator, INDICATORS } from "../../../src/core/indicators/registry.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import type { PriceSource } from "../../../src/core/series/price-source.ts";
import type { SeriesRef } from "../../../src/core/signals/atom.ts";
import { findRule } from "../../../src/core/signals/registry.ts";
import { resolveSeries } from "../../../src/core/signals/resolve-series.ts";
import type { Rule } from "../../../src/core/signals/rule.ts";
import { describeGolden, readGoldenJson } from "../../support/golden.ts";
import { seedParityCandles } from "../../support/golden-candles.ts";
import { evaluateRule } from "../../support/reference-signal.ts";
import { ourParameters, ourSignalParameters, RULE } from "../../support/seed-parity-names.ts";

/**
 * Signals of a foreign engine (its float64 twin), every bar. It rounds its running sums, so where
 * price and indicator are equal as decimal numbers its signal is chance and ours is NEUTRAL.
 * Only such bars may differ: each must be a tie of ours, and their number is fixed per signal.
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

/** Bars where an exact tie of ours is a side there, by dataset and indicator(window, source). */
const TIES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "eurusd-h1": { "ma.sma(5, low)": 6, "ma.wma(5, high)": 3, "volatility.bbands(5, 0.5, hlc3)": 1 },
  "eurusd-h1-holes": {
    "ma.sma(5, low)": 6,
    "ma.wma(5, high)": 3,
    "volatility.bbands(5, 0.5, hlc3)": 2,
  },
};

const DATASETS = Object.keys(TIES);
const SIGNALS = 33;

describeGolden(
  "signals against a foreign engine",
  `${DATASETS.length} x ${SIGNALS} signals`,
  () => {
    it.for(DATASETS)("%s", (dataset) => {
      const view = new CandleView(seedParityCandles(dataset));
      const ours = new Set(INDICATORS.map((indicator) => indicator.id));
      const file = readGoldenJson<{ series: GoldenSignal[] }>(
        `seed-parity/signals-${dataset}.json`,
      );
      const signals = file.series.filter((signal) => ours.has(signal.indicatorId));
      expect(signals).toHaveLength(SIGNALS);
      const ties: Record<string, number> = {};
      for (const golden of signals) {
        const differing = compareSignal(view, golden);
        if (differing > 0) ties[nameOf(golden)] = differing;
      }
      expect(ties).toEqual(TIES[dataset]);
    });
  },
);

/** Number of bars that differ, all of them ties. */
function compareSignal(view: CandleView, golden: GoldenSignal): number {
  const indicator = findIndicator(golden.indicatorId) as Indicator;
  const rule = findRule(RULE[golden.rule]) as Rule;
  const of: SeriesRef = {
    kind: "output",
    indicator: indicator.id,
    params: ourParameters(indicator, golden.params, golden.source),
    // That engine's rules read the first output; of MACD the line, not the histogram.
    output: indicator.outputs[0],
  };
  const price: SeriesRef = { kind: "price", source: golden.source ?? "close" };
  const params = ourSignalParameters(golden.signalParams);
  const signal = Array.from(
    evaluateRule(view, rule, { of, price }, params),
    (side) => "SNL"[side + 1],
  );
  const expected = golden.signal64 ?? golden.signal;
  expect(signal).toHaveLength(expected.length);
  const differing = signal.flatMap((side, t) => (side === expected[t] ? [] : [t]));
  const [value, close] = [resolveSeries(view, of), resolveSeries(view, price)];
  for (const t of differing) {
    expect([rule.id, signal[t], value[t]], `${nameOf(golden)} bar ${t}`).toEqual([
      "price",
      "N",
      close[t],
    ]);
  }
  return differing.length;
}

function nameOf({ indicatorId, params, source }: GoldenSignal): string {
  return `${indicatorId}(${Object.values(params).join(", ")}, ${source})`;
}
