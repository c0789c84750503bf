import fc from "fast-check";
import { expect, it } from "vitest";
import { RANKING_METRICS } from "../../src/core/metrics/ranking-metric.ts";
import type { Sweep } from "../../src/core/stages/sweep.ts";
import { scoringCosts } from "../../src/plan/cost-model.ts";
import { samplePlan } from "../support/sample-plan.ts";

const { sweep } = samplePlan();
const ranked = (metric: (typeof RANKING_METRICS)[number]): Sweep => ({
  ...sweep,
  ranking: [{ metric, direction: "DESC" }],
});
const bars = fc.integer({ min: 1, max: 10_000_000 });
const metrics = fc.constantFrom(...RANKING_METRICS);

it("costs more the more bars, metrics and settings are asked for", () => {
  fc.assert(
    fc.property(bars, metrics, metrics, (count, one, other) => {
      const costs = scoringCosts(ranked(one), count);
      const longer = scoringCosts(ranked(one), 2 * count);
      const both = scoringCosts({ ...ranked(one), columns: [other] }, count);
      const execution = { ...sweep.execution, fillMode: "NEXT_OPEN" } as const;
      const readable = scoringCosts({ ...ranked(one), execution }, count);
      for (const stage of ["baseVariant", "riskCell"] as const) {
        expect(costs[stage]).toBeGreaterThan(0);
        expect(longer[stage]).toBeGreaterThan(costs[stage]);
        expect(both[stage]).toBeGreaterThanOrEqual(costs[stage]);
        expect(readable[stage]).toBeGreaterThan(costs[stage]);
        expect(costs[stage]).toBeGreaterThanOrEqual(
          scoringCosts(ranked("totalReturnPct"), count)[stage],
        );
      }
    }),
  );
});
