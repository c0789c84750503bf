import { type SQL, sql } from "drizzle-orm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PHASES } from "../../src/core/stages/phase-clock.ts";
import { addSpent, type RunSpent } from "../../src/core/stages/run-profile.ts";
import { answerOf, asJson } from "../../src/store/answer.ts";
import { openStore } from "../../src/store/open.ts";
import { etaSeconds } from "../../src/store/progress.ts";
import type { BestSoFar } from "../../src/store/records.ts";
import { onBothDatabases } from "../support/databases.ts";
import { advance, betterOf, type TimedProgress } from "../support/readable-progress.ts";

const START: TimedProgress = {
  total: 1_000_000,
  done: 0,
  variantsPerSecond: null,
  progressAt: null,
  stageAt: null,
};

const best = (variantIndex: number, sharpe: number | null, trades: number): BestSoFar => ({
  ...{ variantIndex, params: {}, stopLossPct: null, trailingStopPct: null, takeProfitPct: null },
  metrics: { sharpe, numTrades: trades },
});
const ranking = [
  { metric: "sharpe", direction: "DESC" },
  { metric: "numTrades", direction: "ASC" },
] as const;

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

/** What a function of the database gives for each of many cases, in one statement. */
onBothDatabases("what the database does with every chunk", (database) => {
  const answers = async <T>(cases: readonly unknown[], call: (one: SQL) => SQL): Promise<T[]> => {
    const { location, drop } = await database.create();
    try {
      const store = await openStore(location);
      try {
        const each = call(sql`value`);
        return await answerOf(
          store.database.db,
          sql`(select json_agg(${each} order by no)
            from json_array_elements(${asJson(cases)}) with ordinality as c(value, no))`,
        );
      } finally {
        await store.close();
      }
    } finally {
      await drop();
    }
  };

  it("is the progress, the best and the time spent of their readable twins", async () => {
    const time = fc.option(fc.nat(10_000).map((ms) => new Date(ms)));
    const rate = fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }));
    const state = fc.record({
      ...{ total: fc.nat(1_000), done: fc.nat(1_000), variantsPerSecond: rate },
      ...{ progressAt: time, stageAt: time },
    });
    const value = fc.tuple(fc.nat(3), fc.constantFrom(null, -1, 0, 1e-300, 2), fc.nat(2));
    const bests = fc.option(value.map(([i, sharpe, trades]) => best(i, sharpe, trades)));
    const spent = fc.option(
      fc.tuple(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constantFrom("a", "b:1", 'c"')).map(
        ([ms, worker]): RunSpent => ({
          threadMs: Object.fromEntries(PHASES.map((phase, i) => [phase, ms / (i + 1)])) as never,
          threads: { [worker]: 2 },
        }),
      ),
    );
    const cases = fc.sample(
      fc.record({
        ...{ state, scored: fc.nat(1_200), at: fc.nat(20_000) },
        ...{ a: bests, b: bests, spent, more: spent },
      }),
      { numRuns: 500, seed: 11 },
    );
    const found = await answers<{
      run: Record<string, number | string | null>;
      best: BestSoFar | null;
      spent: RunSpent | null;
    }>(
      cases.map((c) => ({ ...c, run: snakeCase(c.state), at: new Date(c.at) })),
      (one) => sql`json_build_object(
        'run', row_to_json(advance_run(json_populate_record(null::runs, ${one} -> 'run'),
          (${one} ->> 'scored')::bigint, (${one} ->> 'at')::timestamptz)),
        'best', better_best(${asJson(ranking)}, nullif(${one} ->> 'a', 'null')::json,
          nullif(${one} ->> 'b', 'null')::json),
        'spent', add_spent(nullif(${one} ->> 'spent', 'null')::json,
          nullif(${one} ->> 'more', 'null')::json))`,
    );
    cases.forEach((c, i) => {
      const { run, best: better, spent: sum } = found[i]!;
      const next = advance(c.state, c.scored, new Date(c.at));
      expect(run.done).toBe(next.done);
      expect(run.variants_per_second ?? -1).toBeCloseTo(next.variantsPerSecond ?? -1, 5);
      for (const [name, at] of [
        ["progress_at", next.progressAt] as const,
        ["stage_at", next.stageAt] as const,
      ]) {
        expect(run[name] === null ? null : new Date(run[name]!)).toEqual(at);
      }
      expect(better).toEqual(betterOf(ranking, c.a, c.b));
      expect(sum).toEqual(addSpent(c.spent, c.more));
    });
  });
});

function snakeCase(state: TimedProgress) {
  const { total, done, variantsPerSecond, progressAt, stageAt } = state;
  return {
    ...{ total, done, variants_per_second: variantsPerSecond },
    ...{ progress_at: progressAt, stage_at: stageAt },
  };
}
