import { it } from "vitest";
import { Random } from "../../src/core/random.ts";
import { allocateCandles } from "../../src/core/series/candles.ts";
import { backendFactory } from "../../src/kernels/backend-factory.ts";
import { expectEveryEngine } from "../support/every-engine.ts";
import { describeEachKernel } from "../support/kernel-suites.ts";
import { planOf } from "../support/request-samples.ts";

const BARS = 600;
const SIX_HOURS_MS = 6 * 3_600_000;

describeEachKernel("days that end as they began = reference engine, to the bit", (kernels) => {
  it("while a position is held", () => {
    const source = new Random(3);
    const candles = allocateCandles(BARS, false);
    let close = 100;
    for (let t = 0; t < BARS; t++) {
      if (source.uniform() < 0.1) close = Math.round(close * (95 + 11 * source.uniform())) / 100;
      candles.time[t] = t * SIX_HOURS_MS;
      for (const column of [candles.open, candles.high, candles.low, candles.close]) {
        column[t] = close;
      }
      candles.volume[t] = (t / 50) & 3;
    }
    const strategy = {
      expressions: { long: "volume >= $few", short: "volume < 1" },
      parameters: { few: [1, 2] },
    };
    const market = { datasetHash: "4".repeat(64), timeframe: "6h" as const, candles };
    const risk = { stopLossPct: ["off", 4], takeProfitPct: ["off", 6] } as const;
    const { sweep } = planOf({ dataset: "quiet", warmupBars: 0, strategy, risk }, {}, market);
    expectEveryEngine(sweep, candles, backendFactory(kernels), [["sharpe"], ["sortino"]]);
  });
});
