import { createReadStream } from "node:fs";
import { readPreset } from "../../src/cli/preset.ts";
import { sp500Sample } from "../../src/cli/samples.ts";
import { type Candles, sliceCandles } from "../../src/core/series/candles.ts";
import { resample } from "../../src/core/series/resample.ts";
import type { Timeframe } from "../../src/core/series/timeframe.ts";
import { csvSource } from "../../src/market-data/csv.ts";
import { syntheticCandles } from "../../src/market-data/synthetic.ts";
import { DEFAULT_GUARDS } from "../../src/plan/guards.ts";
import { makePlan } from "../../src/plan/make-plan.ts";
import { parseRunRequest } from "../../src/plan/parse-request.ts";
import type { RunPlan } from "../../src/plan/run-plan.ts";

interface DatasetMarket {
  readonly timeframe: Timeframe;
  readonly candles: Candles;
}

/** The datasets that the presets name, and that their first comment tells how to import. */
const MARKETS: Readonly<Record<string, () => Promise<DatasetMarket>>> = {
  sp500: () => csvSource.read({ input: createReadStream(sp500Sample().path) }),
  "synthetic-1h": async () => {
    const candles = syntheticCandles({ seed: 7, bars: 43_800, timeframe: "1h" });
    return { timeframe: "1h", candles };
  },
};

/** A preset of configs/runs planned on its dataset, and the candles that its sweep sees. */
export async function presetPlan(
  name: string,
): Promise<{ readonly plan: RunPlan; readonly candles: Candles }> {
  const request = parseRunRequest(readPreset(name));
  const market = await MARKETS[request.dataset]();
  const timeframe = (request.timeframe ?? market.timeframe) as Timeframe;
  const candles = resample(market.candles, market.timeframe, timeframe);
  const plan = makePlan(
    request,
    { datasetHash: "0".repeat(64), timeframe, candles },
    { guards: DEFAULT_GUARDS, engineVersion: "test", workers: 2 },
  );
  return { plan, candles: sliceCandles(candles, plan.feedBar, plan.endBar) };
}
