import { describe, expect, it } from "vitest";
import { presetNames, readPreset } from "../../src/cli/preset.ts";
import { riskCells } from "../../src/core/stages/sweep.ts";
import { UserError } from "../../src/core/user-error.ts";
import { DEFAULT_GUARDS } from "../../src/plan/guards.ts";
import { parseRunRequest } from "../../src/plan/parse-request.ts";
import { presetPlan } from "../support/preset-plans.ts";

describe("presets", () => {
  it("are at least three", () => {
    expect(presetNames().length).toBeGreaterThanOrEqual(3);
  });

  it.each(presetNames())("%s parses and plans within the default guards", async (name) => {
    const plan = (await presetPlan(name)).plan;
    expect(plan.estimate.stageAVariants).toBeGreaterThan(100);
    const shortlist = Math.min(plan.estimate.stageAVariants, plan.sweep.preselect);
    expect(plan.estimate.stageBVariants).toBe(shortlist * riskCells(plan.sweep));
    expect(riskCells(plan.sweep)).toBeGreaterThan(1);
    expect(plan.estimate.stageAVariants).toBeLessThan(DEFAULT_GUARDS.maxVariantsPerStage);
  });

  it("sp500-sma-cross has every fast < slow of two overlapping ranges", async () => {
    const plan = (await presetPlan("sp500-sma-cross")).plan;
    let pairs = 0;
    for (let fast = 5; fast <= 80; fast++) {
      for (let slow = 20; slow <= 120; slow++) if (fast < slow) pairs++;
    }
    expect(plan.estimate.stageAVariants).toBe(pairs);
    expect(pairs).toBeGreaterThanOrEqual(5_000);
    expect(plan.sweep.stops.length).toBeGreaterThanOrEqual(10);
    expect(plan.sweep.targets.length).toBeGreaterThanOrEqual(10);
  });

  it("take a dataset, workers and a chunk size from the command line", () => {
    const request = parseRunRequest(
      readPreset("synthetic-macd-ema", { dataset: "other", workers: 3, chunkVariants: 64 }),
    );
    expect(request.dataset).toBe("other");
    expect(request.schedule).toMatchObject({
      workers: 3,
      chunkVariants: 64,
      timeLimitSeconds: 600,
    });
  });

  it("that do not exist are refused with the names that do", () => {
    expect(() => readPreset("sp500-sma-cros")).toThrow(UserError);
    try {
      readPreset("sp500-sma-cros");
    } catch (error) {
      const [complaint] = (error as UserError).complaints;
      expect(complaint).toMatchObject({ path: "preset", value: "sp500-sma-cros" });
      expect(complaint.bound).toContain("sp500-sma-cross");
    }
  });
});
