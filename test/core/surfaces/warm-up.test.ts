import { expect, it } from "vitest";
import { warmUp } from "../../../src/core/surfaces/warm-up.ts";

it("asks the made-up stage every question, block by block", () => {
  const asking = warmUp();
  let steps = 0;
  let step = asking.next();
  for (; step.done !== true; step = asking.next()) steps++;
  // Marginals twice, with a filter and without; each question passes over two blocks at least once.
  expect(step.value).toBe(6);
  expect(steps).toBeGreaterThanOrEqual(6 * 2);
});
