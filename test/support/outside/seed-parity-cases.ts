import { findIndicator } from "../../../src/core/indicators/registry.ts";
import { withDefaults } from "../../../src/core/parameter.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import { seedParityCandles } from "../golden-candles.ts";
import { listGolden, readGoldenJson } from "../golden-files.ts";
import { DEVIATIONS } from "../seed-parity-deviations.ts";
import { ourName, ourParameters } from "../seed-parity-names.ts";
import { FROM_VARIANCE, sameButForNoise } from "../variance-noise.ts";
import { type Comparison, type OutsideCase, seriesOf } from "./comparison.ts";
import { computeOurs } from "./our-series.ts";
import { toleranceOf } from "./outside-truth.ts";

/**
 * Values of a foreign engine (its float64 twin), which seeds recursive averages with the first
 * value. A file holds one output, the primary one of its id, at some bars of each series.
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
  readonly values64: readonly (number | null)[];
}

/** One file, over its candles. */
interface Subject {
  readonly dataset: string;
  readonly fixtureId: string;
  readonly indices: readonly number[];
  readonly view: CandleView;
}

const DATASETS = ["eurusd-h1", "eurusd-h1-holes"];

/** Tolerance where its rule is followed without ours. */
const REPRODUCED = 1e-12;

export interface FixtureCase extends OutsideCase {
  readonly dataset: string;
  readonly fixtureId: string;
}

export function seedParityCases(): FixtureCase[] {
  return DATASETS.flatMap((dataset) => {
    let view: CandleView | undefined;
    return listGolden(`seed-parity/indicators/${dataset}`).map((file): FixtureCase => {
      const fixtureId = file.replace(/\.json$/, "");
      return {
        dataset,
        fixtureId,
        title: `${fixtureId} on ${dataset}`,
        comparisons: () => {
          view ??= new CandleView(seedParityCandles(dataset));
          return comparisonsOf(dataset, fixtureId, view);
        },
      };
    });
  });
}

function comparisonsOf(dataset: string, fixtureId: string, view: CandleView): Comparison[] {
  const path = `seed-parity/indicators/${dataset}/${fixtureId}.json`;
  const { bars, indices, series } = readGoldenJson<GoldenFile>(path);
  if (bars !== view.bars) throw new Error(`${path} has ${bars} bars, not ${view.bars}`);
  return series.map((one) => comparisonOf(one, { dataset, fixtureId, indices, view }));
}

function comparisonOf(series: GoldenSeries, subject: Subject): Comparison {
  const { dataset, fixtureId, indices, view } = subject;
  const { id, output } = ourName(fixtureId);
  const indicator = findIndicator(id)!;
  const params = ourParameters(indicator, series.params, series.source);
  const computed = computeOurs(view, { id, output, params });
  const deviation = DEVIATIONS[fixtureId];
  const chosen = withDefaults(indicator.params, params);
  const whole = deviation?.theirs(computed, view.candles, chosen) ?? computed;
  const ours = Float64Array.from(indices, (bar) => whole[bar]);
  const theirs = seriesOf(series.values64);
  const isNoise = (point: number) =>
    sameButForNoise(
      [ours[point], theirs[point]],
      { id: fixtureId, ...series },
      { view, bar: indices[point] },
    );
  return {
    source: "seed-parity",
    column: `${fixtureId} ${JSON.stringify(series.params)} ${series.source ?? ""} on ${dataset}`,
    id,
    output,
    ours,
    theirs,
    tolerance: deviation?.isReproduction ? REPRODUCED : toleranceOf(id, "seed-parity"),
    scale: series.rms64,
    faults: runFaults(whole, series),
    ...(deviation === undefined ? {} : { deviation: deviation.reason }),
    ...(deviation?.isReproduction ? { reproduced: new Set(indices.keys()) } : {}),
    ...(FROM_VARIANCE.has(fixtureId) ? { isNoise } : {}),
  };
}

/** Every run of absent values is the same, also between the bars that are shown. */
function runFaults(whole: Float64Array, { nanRuns, nanRunsEqualF64 }: GoldenSeries): string[] {
  if (nanRuns === null || !nanRunsEqualF64) return [];
  const [ours, theirs] = [JSON.stringify(absentRuns(whole)), JSON.stringify(nanRuns)];
  return ours === theirs ? [] : [`runs without a value: ${ours}, not ${theirs}`];
}

function absentRuns(series: Float64Array): [start: number, length: number][] {
  const runs: [number, number][] = [];
  series.forEach((value, t) => {
    if (!Number.isNaN(value)) return;
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === t) last[1] += 1;
    else runs.push([t, 1]);
  });
  return runs;
}
