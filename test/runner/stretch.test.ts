import fc from "fast-check";
import { expect, it } from "vitest";
import { noTimes } from "../../src/core/stages/phase-clock.ts";
import { riskCells } from "../../src/core/stages/sweep.ts";
import { Pace, type Stretch, splitStretch, stretchOf } from "../../src/runner/stretch.ts";
import type { ChunkRecord } from "../../src/store/records.ts";
import { samplePlan } from "../support/sample-plan.ts";

const { sweep } = samplePlan();
const cells = riskCells(sweep);
const chunk = { state: "RUNNING", attempts: 1, scored: 0, worker: "w", leaseUntil: null } as const;

function cut(stage: ChunkRecord["stage"], from: number, sizes: readonly number[]): Stretch {
  let at = from;
  const chunks = sizes.map((size, i) => {
    const range = { from: at, to: at + size };
    at += size;
    return { ...chunk, runId: "r", stage, no: i + 3, ...range, retryAt: null, error: null };
  });
  return stretchOf(chunks.toReversed())!;
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });

it("deals out every row, number and count to the chunk that it is of", () => {
  fc.assert(
    fc.property(sizes, fc.nat(50), fc.boolean(), fc.infiniteStream(fc.nat(1e6)), (...drawn) => {
      const [lengths, from, isB, random] = drawn;
      const stretch = cut(isB ? "STAGE_B" : "STAGE_A", from, lengths);
      const { to } = stretch.at(-1)!;
      const each = isB ? cells : 1;
      const order = (count: number) => {
        const keys = Array.from({ length: count }, () => random.next().value as number);
        return Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]!);
      };
      // Bases in any order; the position of each in it says whose its rows are.
      const shortlist = isB ? Float64Array.from(order(to)) : null;
      const variantAt = (i: number) =>
        shortlist === null ? from + i : shortlist[from + Math.floor(i / each)]! * each + (i % each);
      const count = (to - from) * each;
      const column = Float64Array.from({ length: count }, (_, i) => variantAt(i));
      const data = Float64Array.from(order(count).flatMap((i) => [variantAt(i), i]));
      const rows = { stride: 2, data };
      const result = { status: "done", scored: count, counts: null, rows, columns: [column] };
      const whole = { ...result, elapsedMs: 1, spent: noTimes() } as const;
      const parts = splitStretch(sweep, stretch, whole as never, shortlist);
      expect(parts.map(({ no }) => no)).toEqual(stretch.map(({ no }) => no));
      expect(parts.flatMap((part) => [...part.columns[0]!])).toEqual([...column]);
      for (const part of parts) {
        expect(part.scored).toBe((part.to - part.from) * each);
        const mine = new Set(part.columns[0]);
        const expected: number[] = [];
        for (let at = 0; at < data.length; at += 2) {
          if (mine.has(data[at]!)) expected.push(data[at]!, data[at + 1]!);
        }
        expect([...part.rows]).toEqual(expected);
      }
    }),
  );
});

it("counts what a constraint leaves as the threads have, and fills up what was stopped", () => {
  const stretch = cut("STAGE_A", 0, [4, 4, 4]);
  const rows = { stride: 2, data: Float64Array.of() };
  const result = { rows, columns: [], elapsedMs: 1, spent: noTimes() };
  const scoredOf = (more: object) =>
    splitStretch(sweep, stretch, { ...result, ...more } as never, null).map((p) => p.scored);
  expect(scoredOf({ status: "done", scored: 6, counts: [0, 4, 2] })).toEqual([0, 4, 2]);
  expect(scoredOf({ status: "aborted", scored: 6, counts: null })).toEqual([4, 2, 0]);
  expect(() => scoredOf({ status: "done", scored: 7, counts: [0, 4, 2] })).toThrow("0 + 4 + 2");
});

it("asks for as many chunks as take a quarter of a second, one before it knows", () => {
  const pace = new Pace(1);
  expect(pace.wish(10)).toEqual({ fewest: 1, most: 1 });
  pace.took(1_000, 1_000);
  expect(pace.wish(10)).toEqual({ fewest: 3, most: 25 });
  expect(pace.wish(1_000)).toEqual({ fewest: 1, most: 1 });
  for (let i = 0; i < 60; i++) pace.took(1_000, 0);
  expect(pace.wish(10)).toEqual({ fewest: 128, most: 128 });
  expect(pace.wish(40_000)).toEqual({ fewest: 1, most: 1 });
});

it("goes by what the plan expects, and grows step by step", () => {
  const pace = new Pace(0.01);
  pace.took(10, 100);
  expect(pace.wish(10)).toEqual({ fewest: 16, most: 16 });
  // Slower than planned: then it is all of it what each variant takes.
  const slow = new Pace(0.01);
  slow.took(1_000, 1);
  slow.took(1_000, 1);
  expect(slow.wish(1_000).most).toBe(16);
});

it("makes what a stretch costs whatever its length a quarter of it at most", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 80, noNaN: true }),
      fc.double({ min: 0.5, max: 5, noNaN: true }),
      fc.double({ min: 0.1, max: 50, noNaN: true }),
      (fixedMs, msAVariant, planned) => {
        const pace = new Pace(planned);
        for (let length = 1, i = 0; i < 12; i++) {
          pace.took(length, fixedMs + msAVariant * length);
          length = pace.wish(1).most;
        }
        const { fewest, most } = pace.wish(1);
        expect(fewest).toBeLessThanOrEqual(most);
        const wanted = Math.min(128, Math.max(250 - fixedMs, 3 * fixedMs) / msAVariant);
        expect(most).toBeGreaterThan(0.8 * wanted - 1);
        expect(most).toBeLessThan(1.2 * wanted + 1);
      },
    ),
  );
});
