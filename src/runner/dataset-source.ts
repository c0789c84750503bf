import { type Candles, sliceCandles } from "../core/series/candles.ts";
import type { Timeframe } from "../core/series/timeframe.ts";
import type { RunPlan } from "../plan/run-plan.ts";

/** Where a runner gets candles from: shared memory, the same object for the same dataset. */
export interface DatasetSource {
  candles(hash: string): Promise<Candles>;
  resampled(hash: string, timeframe: Timeframe): Promise<Candles>;
}

/** All bars of the market that a request is about. */
export function marketCandles(
  datasets: DatasetSource,
  hash: string,
  timeframe: string | undefined,
): Promise<Candles> {
  return timeframe === undefined
    ? datasets.candles(hash)
    : datasets.resampled(hash, timeframe as Timeframe);
}

/** The bars that a plan's sweep sees, as views over shared memory. */
export async function planCandles(datasets: DatasetSource, plan: RunPlan): Promise<Candles> {
  const { datasetHash, request, feedBar, endBar } = plan;
  return sliceCandles(
    await marketCandles(datasets, datasetHash, request.timeframe),
    feedBar,
    endBar,
  );
}
