import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { betterOf } from "../../src/store/best.ts";
import { advance, etaSeconds, type ProgressState } from "../../src/store/progress.ts";
import type { BestSoFar } from "../../src/store/records.ts";

const START: ProgressState = {
  total: 1_000_000,
  done: 0,
  variantsPerSecond: null,
  progressAt: null,
  stageAt: null,
};

describe("progress", () => {
  it("never goes back, never beyond the total, and its rate is never negative", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 2_000_000 }), fc.nat(5_000)));
    fc.assert(
      fc.property(steps, (changes) => {
        let state = START;
        let nowMs = 0;
        for (const [done, elapsedMs] of changes) {
          nowMs += elapsedMs;
          const next = advance(state, done, new Date(nowMs));
          expect(next.done).toBe(Math.min(1_000_000, Math.max(state.done, done)));
          expect(next.variantsPerSecond ?? 0).toBeGreaterThanOrEqual(0);
          state = next;
        }
      }),
    );
  });

  it("finds a steady rate whatever the intervals, and the time that is left", () => {
    const intervals = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(intervals, (intervalsMs) => {
        let nowMs = 5_000;
        let state = advance(START, 0, new Date(nowMs));
        for (const ms of intervalsMs) {
          nowMs += ms;
          state = advance(state, (nowMs - 5_000) * 3, new Date(nowMs));
        }
        expect(state.variantsPerSecond).toBeCloseTo(3_000, 3);
        expect(etaSeconds(state)).toBeCloseTo((1_000_000 - state.done) / 3_000, 3);
      }),
    );
  });

  it("forgets a former rate in some seconds", () => {
    let state = advance(START, 0, new Date(0));
    state = advance(state, 100_000, new Date(10_000));
    for (let ms = 10_250; ms <= 20_000; ms += 250) {
      state = advance(state, state.done + 25, new Date(ms));
    }
    expect(state.variantsPerSecond).toBeGreaterThan(100);
    expect(state.variantsPerSecond).toBeLessThan(200);
  });

  it("has no rate and no end in sight before anything is known", () => {
    expect(etaSeconds(START)).toBeNull();
    expect(advance(START, 5, new Date(1)).variantsPerSecond).toBeNull();
  });
});

describe("the better of two", () => {
  const best = (variantIndex: number, sharpe: number | null, trades: number): BestSoFar => ({
    ...{ variantIndex, params: {}, stopLossPct: null, trailingStopPct: null, takeProfitPct: null },
    metrics: { sharpe, numTrades: trades },
  });
  const ranking = [
    { metric: "sharpe", direction: "DESC" },
    { metric: "numTrades", direction: "ASC" },
  ] as const;

  it("is a total order: whatever is folded in whatever order, the same one wins", () => {
    const value = fc.tuple(fc.nat(1e6), fc.constantFrom(null, -1, 0, 2), fc.nat(2));
    const list = fc.uniqueArray(value, { minLength: 1, selector: ([index]) => index });
    fc.assert(
      fc.property(list, fc.array(fc.nat()), (values, swaps) => {
        const all = values.map(([index, sharpe, trades]) => best(index, sharpe, trades));
        const shuffled = all.toSorted(
          (a, b) => (swaps[a.variantIndex % 7] ?? 0) - (swaps[b.variantIndex % 7] ?? 0),
        );
        const fold = (bests: BestSoFar[]) =>
          bests.reduce<BestSoFar | null>((a, b) => betterOf(ranking, a, b), null);
        expect(fold(shuffled)).toEqual(fold(all));
        const winner = fold(all)!;
        for (const other of all) {
          const [a, b] = [winner.metrics.sharpe ?? -99, other.metrics.sharpe ?? -99];
          expect(a).toBeGreaterThanOrEqual(b);
          if (a === b)
            expect(winner.metrics.numTrades).toBeLessThanOrEqual(other.metrics.numTrades!);
        }
      }),
    );
  });
});
