import { expect, it } from "vitest";
import { runRequest } from "../../../src/plan/request.ts";
import { compareExecution } from "../../support/execution-comparison.ts";
import {
  loadScenarios,
  runScenario,
  SCENARIO_COUNT,
  type Scenario,
} from "../../support/execution-scenarios.ts";
import { describeGolden } from "../../support/golden.ts";

describeGolden("reference engine against a foreign engine", `${SCENARIO_COUNT} scenarios`, () => {
  const scenarios = loadScenarios();

  it("has all the scenarios", () => {
    expect(new Set(scenarios.map((scenario) => scenario.id)).size).toBe(SCENARIO_COUNT);
  });

  it.for(scenarios.map((scenario) => [scenario.id, scenario] as const))("%s", ([, scenario]) => {
    if (scenario.expected.engineError !== undefined) {
      expectRefusal(scenario);
      return;
    }
    const { trades, check } = compareExecution(scenario);
    expect(check.faults).toEqual([]);
    expect(check.values).toBeGreaterThanOrEqual(5 + 15 * trades);
  });
});

/**
 * What the foreign engine refuses in the middle of a run, the plan refuses before it and the engine
 * asserts.
 */
function expectRefusal(scenario: Scenario): void {
  const { slippagePct } = scenario.settings;
  expect(runRequest.shape.execution.safeParse({ slippagePct: 99 }).success).toBe(true);
  expect(runRequest.shape.execution.safeParse({ slippagePct }).success).toBe(false);
  expect(() => runScenario(scenario)).toThrow(/a fill must be positive/);
}
