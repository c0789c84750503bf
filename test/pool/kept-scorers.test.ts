import { describe, expect, it } from "vitest";
import { SweepScorer } from "../../src/core/stages/sweep-scorer.ts";
import { backendFactory } from "../../src/kernels/backend-factory.ts";
import { KernelMemory } from "../../src/kernels/kernel-memory.ts";
import type { ScorerOrder } from "../../src/pool/protocol.ts";
import { Scorers } from "../../src/pool/scorers.ts";
import { LIGHT } from "../support/pool-tasks.ts";

const backend = backendFactory("wasm");

function orderOf(key: number): ScorerOrder {
  return { key: `sweep ${key}`, sweep: LIGHT.plan.sweep, candles: LIGHT.candles };
}

function scorersOf() {
  let made = 0;
  const scorers = new Scorers(({ sweep, candles }) => {
    made++;
    return new SweepScorer(sweep, candles, { backend });
  });
  return { scorers, made: () => made };
}

describe("the scorers of a thread", () => {
  it("take over the kernel memory of the oldest: there are never more than two", () => {
    const { scorers, made } = scorersOf();
    for (const key of [1, 2]) scorers.using(orderOf(key), () => {});
    const bytes = KernelMemory.totalBytes;
    for (const key of [3, 4, 5, 4]) scorers.using(orderOf(key), () => {});
    expect(made()).toBe(5);
    expect(KernelMemory.totalBytes).toBe(bytes);
  });

  it("let go of what is forgotten: the next one has its memory", () => {
    const { scorers, made } = scorersOf();
    scorers.using(orderOf(1), () => {});
    const bytes = KernelMemory.totalBytes;
    for (const key of [1, 2, 3, 4]) {
      scorers.forget(orderOf(key).key);
      scorers.using(orderOf(key + 1), () => {});
    }
    expect(made()).toBe(5);
    expect(KernelMemory.totalBytes).toBe(bytes);
  });

  it("keep one that is forgotten at work until its work is done", () => {
    const { scorers, made } = scorersOf();
    scorers.using(orderOf(1), (outer) => {
      const plane = outer.signal();
      scorers.forget(orderOf(1).key);
      for (const key of [1, 2]) {
        scorers.using(orderOf(key), (inner) => expect(inner).not.toBe(outer));
      }
      expect(outer.signal()).toEqual(plane);
    });
    expect(made()).toBe(3);
    const bytes = KernelMemory.totalBytes;
    scorers.using(orderOf(1), () => {});
    expect(made()).toBe(3);
    scorers.forget(orderOf(1).key);
    scorers.using(orderOf(3), () => {});
    expect(KernelMemory.totalBytes).toBe(bytes);
  });

  it("leave one that is at work alone, whatever is made meanwhile", () => {
    const { scorers, made } = scorersOf();
    scorers.using(orderOf(1), (outer) => {
      const plane = outer.signal();
      for (const key of [1, 2, 3, 4]) {
        scorers.using(orderOf(key), (inner) => expect(inner).not.toBe(outer));
      }
      expect(outer.signal()).toEqual(plane);
    });
    expect(made()).toBe(5);
  });
});
