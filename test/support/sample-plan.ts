import { createHash } from "node:crypto";
import { runRequest } from "../../src/plan/request.ts";
import type { RunPlan } from "../../src/plan/run-plan.ts";

export interface SamplePlan {
  /** Base variants: fast 2.. against one slow window. */
  readonly bases: number;
  readonly stops: number;
  readonly targets: number;
  readonly chunkVariants: number;
  readonly preselect: number;
  readonly topK: number;
}

/** A plan for tests of the store, which never scores anything. */
export function samplePlan(overrides: Partial<SamplePlan> = {}): RunPlan {
  const sample = {
    ...{ bases: 100, stops: 2, targets: 3, chunkVariants: 25, preselect: 10, topK: 5 },
    ...overrides,
  };
  const { preselect, topK, chunkVariants } = sample;
  const windows = Array.from({ length: sample.bases }, (_, i) => i + 2);
  const risk = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
  const request = runRequest.parse({
    dataset: "sample",
    strategy: { indicators: { fast: { id: "ma.sma", params: { window: windows } } } },
    risk: { stopLossPct: risk(sample.stops), takeProfitPct: risk(sample.targets) },
    preselect,
    topK,
  });
  return {
    planHash: createHash("sha256").update(JSON.stringify(sample)).digest("hex"),
    datasetHash: "d".repeat(64),
    engineVersion: "test",
    request,
    sweep: {
      axes: [{ name: "fast.window", values: windows }],
      indicators: [{ name: "fast", id: "ma.sma", params: { window: { axis: 0 } } }],
      signals: [
        {
          name: "fast",
          rule: "price",
          operands: { of: { indicator: "fast", output: "value" }, price: { price: "close" } },
          params: {},
        },
      ],
      constraint: null,
      execution: request.execution,
      timeframeMs: 60_000,
      firstBar: 0,
      lastBar: 10,
      stops: risk(sample.stops),
      trails: [null],
      targets: risk(sample.targets),
      ranking: [{ metric: "totalReturnPct", direction: "DESC" }],
      preselect,
      topK,
    },
    range: { startMs: 0, endMs: 10 },
    feedBar: 0,
    endBar: 10,
    estimate: {
      indexSpace: sample.bases,
      stageAVariants: sample.bases,
      stageBVariants: Math.min(preselect, sample.bases) * sample.stops * sample.targets,
      bars: 10,
      bytes: 1000,
      seconds: 1,
    },
    chunkVariants: { stageA: chunkVariants, stageB: chunkVariants },
  };
}
