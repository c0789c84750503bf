import { expect, it } from "vitest";
import type { Indicator } from "../../../src/core/indicators/indicator.ts";
import { findIndicator } from "../../../src/core/indicators/registry.ts";
import { type ParameterValues, withDefaults } from "../../../src/core/parameter.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import { describeGolden, listGolden, readGoldenJson } from "../../support/golden.ts";
import { seedParityCandles } from "../../support/golden-candles.ts";
import { DEVIATIONS } from "../../support/seed-parity-deviations.ts";
import { ourName, ourParameters } from "../../support/seed-parity-names.ts";
import { FROM_VARIANCE, sameButForNoise } from "../../support/variance-noise.ts";

/**
 * Indicator values of a foreign engine (its float64 twin), which seeds recursive averages with the
 * first value. Its manifest suggests 1e-9 of the series' root mean square, and 1e-6 for windows up
 * to 5 bars and whatever it computes from a variance.
 * A file holds one output, the primary one of its id.
 */
interface GoldenFile {
  readonly bars: number;
  readonly indices: readonly number[];
  readonly series: readonly GoldenSeries[];
}

interface GoldenSeries {
  readonly params: Readonly<Record<string, number>>;
  readonly source: string | null;
  readonly nanRuns: readonly (readonly [start: number, length: number])[] | null;
  /** False where rounding to float32 makes or mends an undefined value. */
  readonly nanRunsEqualF64: boolean;
  readonly rms64: number;
  readonly values64: readonly (number | "Infinity" | null)[];
}

/** One file, over its candles. */
interface Subject {
  readonly id: string;
  readonly indices: readonly number[];
  readonly view: CandleView;
}

const TOLERANCE = 1e-9;
const WIDE_TOLERANCE = 1e-6;
const NARROW_WINDOW = 5;

const DATASETS = ["eurusd-h1", "eurusd-h1-holes"];
const CASES = DATASETS.flatMap((dataset) =>
  listGolden(`seed-parity/indicators/${dataset}`).map((file) => {
    return { dataset, id: file.replace(/\.json$/, "") };
  }),
);
const TITLE = "indicators against a foreign engine";

const FILES = 117;
const IDS = 64;

describeGolden(TITLE, `${FILES} files of seed-parity/indicators`, () => {
  const views = new Map(DATASETS.map((name) => [name, new CandleView(seedParityCandles(name))]));

  it("is asked for every id", () => {
    expect(CASES).toHaveLength(FILES);
    expect(new Set(CASES.map(({ id }) => id)).size).toBe(IDS);
  });

  it.for(CASES)("$id on $dataset", ({ dataset, id }) => {
    const file = readGoldenJson<GoldenFile>(`seed-parity/indicators/${dataset}/${id}.json`);
    const view = views.get(dataset) as CandleView;
    expect(file.bars).toBe(view.bars);
    let compared = 0;
    for (const series of file.series) {
      const ours = seriesOf(id, series, view);
      if (series.nanRuns !== null && series.nanRunsEqualF64) {
        expect(nanRuns(ours), JSON.stringify(series.params)).toEqual(series.nanRuns);
      }
      compared += compareValues(ours, series, { id, indices: file.indices, view });
    }
    expect(compared).toBe(file.indices.length * file.series.length);
  });
});

function seriesOf(id: string, series: GoldenSeries, view: CandleView): Float64Array {
  const name = ourName(id);
  const indicator = findIndicator(name.id) as Indicator;
  const params = withDefaults(indicator.params, parametersOf(indicator, series));
  const ours = indicator.compute(view, params)[indicator.outputs.indexOf(name.output)];
  return DEVIATIONS[id]?.theirs(ours, view.candles, params) ?? ours;
}

/** The fixture names each parameter that its series depends on. */
function parametersOf(indicator: Indicator, series: GoldenSeries): ParameterValues {
  const params = ourParameters(indicator, series.params, series.source);
  const known = indicator.params.map((spec) => spec.name);
  for (const name of Object.keys(params)) expect(known).toContain(name);
  return params;
}

function toleranceOf(id: string, { params, rms64 }: GoldenSeries): number {
  const windows = Object.keys(params).filter((name) => name.endsWith("window"));
  const narrow = windows.some((name) => params[name] <= NARROW_WINDOW);
  return (narrow || FROM_VARIANCE.has(id) ? WIDE_TOLERANCE : TOLERANCE) * rms64;
}

/** Points compared, absent ones included. */
function compareValues(ours: Float64Array, series: GoldenSeries, of: Subject): number {
  const label = JSON.stringify([series.params, series.source]);
  const tolerance = toleranceOf(of.id, series);
  of.indices.forEach((bar, i) => {
    const theirs = series.values64[i] === null ? Number.NaN : Number(series.values64[i]);
    if (isSame(ours[bar], theirs, tolerance)) return;
    const noise =
      FROM_VARIANCE.has(of.id) &&
      sameButForNoise([ours[bar], theirs], { id: of.id, ...series }, { view: of.view, bar });
    if (!noise) expect([ours[bar], tolerance], `${label} bar ${bar}`).toEqual([theirs, 0]);
  });
  return of.indices.length;
}

function isSame(ours: number, theirs: number, tolerance: number): boolean {
  return Object.is(ours, theirs) || Math.abs(ours - theirs) <= tolerance;
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
