import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { INDICATORS } from "../../../src/core/indicators/registry.ts";
import { describeGolden } from "../../support/golden.ts";
import type { Comparison } from "../../support/outside/comparison.ts";
import { conformancePage } from "../../support/outside/conformance-page.ts";
import { outcomeOf } from "../../support/outside/outcome.ts";
import { OUTSIDE_TRUTH, WITHOUT_OUTSIDE_TRUTH } from "../../support/outside/outside-truth.ts";
import { allOutsideCases } from "../../support/outside/suites.ts";

describe("table of outside truth", () => {
  it("has every indicator: with sources, or with the reason for each output that has none", () => {
    expect(Object.keys(OUTSIDE_TRUTH)).toEqual(INDICATORS.map(({ id }) => id));
    for (const { id, outputs } of INDICATORS) {
      const without = WITHOUT_OUTSIDE_TRUTH[id] ?? {};
      for (const output of Object.keys(without)) expect(outputs).toContain(output);
      for (const reason of Object.values(without)) expect(reason.length).toBeGreaterThan(20);
      const stated = Object.keys(OUTSIDE_TRUTH[id]).length > 0 || outputs.every((o) => without[o]);
      expect(stated, id).toBe(true);
    }
    const ids = INDICATORS.map(({ id }) => id);
    for (const id of Object.keys(WITHOUT_OUTSIDE_TRUTH)) expect(ids).toContain(id);
  });
});

describeGolden("outside truth", "the sources and outputs of all indicators, 1 page", () => {
  it("is what the table says: these sources, all outputs but those named", () => {
    const sources = new Map<string, Set<string>>();
    const outputs = new Map<string, Set<string>>();
    for (const comparison of allOutsideCases().flatMap((one) => one.comparisons())) {
      const { id, source, output } = comparison;
      if (outcomeOf(comparison).points === 0) continue;
      sources.set(id, (sources.get(id) ?? new Set()).add(source));
      outputs.set(id, (outputs.get(id) ?? new Set()).add(output));
    }
    for (const indicator of INDICATORS) {
      const { id } = indicator;
      expect(sources.get(id) ?? new Set(), id).toEqual(new Set(Object.keys(OUTSIDE_TRUTH[id])));
      const without = Object.keys(WITHOUT_OUTSIDE_TRUTH[id] ?? {});
      expect(new Set([...(outputs.get(id) ?? []), ...without]), id).toEqual(
        new Set(indicator.outputs),
      );
      for (const output of without) expect(outputs.get(id)?.has(output), id).toBe(false);
    }
  });

  it("is on the page: npm run conformance writes it", () => {
    const page = new URL("../../../docs/CONFORMANCE.md", import.meta.url);
    expect(readFileSync(page, "utf8")).toBe(conformancePage());
  });
});

describe("a comparison", () => {
  const series = (...values: number[]) => Float64Array.from(values);
  const compared: Comparison = {
    source: "TA-Lib",
    column: "SMA",
    id: "ma.sma",
    output: "value",
    ours: series(Number.NaN, 3, 4 + 1e-9),
    theirs: series(Number.NaN, 3, 4),
    tolerance: 1e-9,
  };

  it("counts points and measures by the root mean square of theirs", () => {
    const { largest, ...counts } = outcomeOf(compared);
    expect(counts).toEqual({ points: 2, reproduced: 0, absent: 1, noisy: 0, faults: [] });
    expect(largest).toBeCloseTo(1e-9 / Math.sqrt(12.5), 15);
  });

  it.for<[string, Partial<Comparison>]>([
    ["a difference", { tolerance: 1e-11 }],
    ["a value on our side alone", { ours: series(2, 3, 4) }],
    ["a value on their side alone", { theirs: series(2, 3, 4) }],
    ["series of two lengths", { theirs: series(Number.NaN, 3) }],
    ["nothing to compare", { ours: series(Number.NaN), theirs: series(Number.NaN) }],
    ["a deviation that is none", { differing: new Set([1]) }],
    ["noise that is none", { tolerance: 1e-11, isNoise: () => false }],
  ])("finds %s", ([, change]) => {
    expect(outcomeOf({ ...compared, ...change }).faults).toHaveLength(1);
  });

  it("counts what followed another rule apart, without measuring it", () => {
    const { points, reproduced, largest } = outcomeOf({ ...compared, reproduced: new Set([2]) });
    expect({ points, reproduced, largest }).toEqual({ points: 1, reproduced: 1, largest: 0 });
  });

  it("leaves out points that differ on purpose and counts noise apart", () => {
    const change = { ours: series(Number.NaN, 9, 5), differing: new Set([1]), isNoise: () => true };
    const { points, noisy, faults } = outcomeOf({ ...compared, ...change });
    expect({ points, noisy, faults }).toEqual({ points: 1, noisy: 1, faults: [] });
  });
});
