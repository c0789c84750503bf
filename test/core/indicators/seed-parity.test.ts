import { expect, it } from "vitest";
import type { Indicator } from "../../../src/core/indicators/indicator.ts";
import { findIndicator, INDICATORS } from "../../../src/core/indicators/registry.ts";
import { type ParameterValues, withDefaults } from "../../../src/core/parameter.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import { describeGolden, readGoldenJson } from "../../support/golden.ts";
import { seedParityCandles } from "../../support/golden-candles.ts";
import { ourParameters } from "../../support/seed-parity-names.ts";

/**
 * Indicator values of a foreign engine (its float64 twin), which seeds recursive averages with the
 * first value. Tolerance of its manifest: 1e-9 of the series' root mean square, 1e-6 for windows up
 * to 5 bars.
 * The files hold one output of each indicator, the first.
 */
interface GoldenFile {
  readonly bars: number;
  readonly indices: readonly number[];
  readonly primaryOutputOf: readonly string[];
  readonly series: readonly GoldenSeries[];
}

interface GoldenSeries {
  readonly params: Readonly<Record<string, number>>;
  readonly source: string | null;
  readonly nanRuns: readonly (readonly [start: number, length: number])[];
  readonly rms64: number;
  readonly values64: readonly (number | null)[];
}

const DATASETS = ["eurusd-h1", "eurusd-h1-holes"];
const CASES = DATASETS.flatMap((dataset) => INDICATORS.map(({ id }) => ({ dataset, id })));
const TITLE = "indicators against a foreign engine";

describeGolden(TITLE, `${CASES.length} files of seed-parity/indicators`, () => {
  const views = new Map(DATASETS.map((name) => [name, new CandleView(seedParityCandles(name))]));

  it.for(CASES)("$id on $dataset", ({ dataset, id }) => {
    const file = readGoldenJson<GoldenFile>(`seed-parity/indicators/${dataset}/${id}.json`);
    const indicator = findIndicator(id) as Indicator;
    const view = views.get(dataset) as CandleView;
    expect(file.bars).toBe(view.bars);
    let compared = 0;
    for (const series of file.series) {
      const params = withDefaults(indicator.params, parametersOf(indicator, series));
      const [ours] = indicator.compute(view, params);
      const label = JSON.stringify(params);
      expect(nanRuns(ours), label).toEqual(series.nanRuns);
      expect(worstError(ours, file.indices, series), label).toBeLessThanOrEqual(
        toleranceOf(series),
      );
      compared += series.values64.filter((value) => value !== null).length;
    }
    expect(compared).toBeGreaterThan(400 * file.series.length);
  });
});

function parametersOf(indicator: Indicator, series: GoldenSeries): ParameterValues {
  const params = ourParameters(indicator, series.params, series.source);
  expect(Object.keys(params)).toHaveLength(indicator.params.length);
  return params;
}

function toleranceOf({ params, rms64 }: GoldenSeries): number {
  return (params.window <= 5 ? 1e-6 : 1e-9) * rms64;
}

function worstError(ours: Float64Array, indices: readonly number[], series: GoldenSeries): number {
  return indices.reduce((worst, bar, i) => {
    const expected = series.values64[i];
    return expected === null ? worst : Math.max(worst, Math.abs(ours[bar] - expected));
  }, 0);
}

function nanRuns(series: Float64Array): [start: number, length: number][] {
  const runs: [number, number][] = [];
  series.forEach((value, t) => {
    if (!Number.isNaN(value)) return;
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === t) last[1] += 1;
    else runs.push([t, 1]);
  });
  return runs;
}
