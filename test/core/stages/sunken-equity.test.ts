import { expect, it } from "vitest";
import { RISK_OFF } from "../../../src/core/execution/settings.ts";
import { RANKING_METRICS } from "../../../src/core/metrics/ranking-metric.ts";
import { allocateCandles } from "../../../src/core/series/candles.ts";
import type { Sweep } from "../../../src/core/stages/sweep.ts";
import { SweepScorer } from "../../../src/core/stages/sweep-scorer.ts";
import { backendFactory } from "../../../src/kernels/backend-factory.ts";
import { FREE_SETTINGS } from "../../support/execution-arbitraries.ts";
import { describeEachKernel } from "../../support/kernel-suites.ts";
import { ReferenceScorer } from "../../support/reference-scorer.ts";
import { planOf } from "../../support/request-samples.ts";

const HOUR_MS = 3_600_000;
/** Short, long and short again, from 100 each; a short at 260 and at 265 owes more than it has. */
const CLOSES = [100, 260, 100, 100, 100, 100, 265, 50, 50];
const SHORT = [true, true, true, false, false, true, true, true, true];

describeEachKernel(
  "an account that owes money, rises to a new peak and had owed less",
  (kernels) => {
    it("has fallen from the peak before, not from the one that comes after", () => {
      const candles = allocateCandles(CLOSES.length, false);
      CLOSES.forEach((close, t) => {
        candles.time[t] = t * HOUR_MS;
        for (const column of [candles.open, candles.high, candles.low, candles.close]) {
          column[t] = close;
        }
        candles.volume[t] = SHORT[t] ? 0 : 2;
      });
      const expressions = { long: "volume > 1", short: "volume < 1" };
      const sweep: Sweep = {
        ...planOf({ dataset: "d", strategy: { expressions } }).sweep,
        execution: { ...FREE_SETTINGS, sizing: "ALL_IN" },
        firstBar: 0,
        lastBar: CLOSES.length,
      };
      const reference = new ReferenceScorer(sweep, candles);
      const expected = reference.metrics(reference.signal(0), RISK_OFF);
      const depth = expected[RANKING_METRICS.indexOf("maxDrawdownPct")];
      // 1.65 of the peak of 1; 2.15 of the later one of 1.5 is 1.43, less than the 1.6 before.
      expect(depth).toBeCloseTo(165, 9);
      const metrics = ["maxDrawdownPct"] as const;
      const scorer = new SweepScorer(sweep, candles, { backend: backendFactory(kernels), metrics });
      scorer.seek(0);
      const scored = new Float64Array(1);
      scorer.scoreBase(scored, 0);
      scorer.release();
      expect(scored[0]).toBe(depth);
    });
  },
);
