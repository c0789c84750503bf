import fc from "fast-check";
import { expect, it } from "vitest";
import { AccountRules } from "../../../src/core/execution/account.ts";
import { MAX_LEVELS } from "../../../src/core/execution/level-legs.ts";
import { ReadableLegLoops } from "../../../src/core/stages/readable-leg-loops.ts";
import { WasmBackend } from "../../../src/kernels/wasm-backend.ts";
import { anyCloseSettings } from "../../support/execution-arbitraries.ts";

const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -40, max: 400 }).map((k) => k / 4) },
  { weight: 1, arbitrary: fc.constantFrom(-0, 1e300, -1e300) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  },
);
/** A level, or a number beside it. */
const nearLevel = fc.record({
  level: fc.nat(MAX_LEVELS),
  times: fc.constantFrom(1, 1 + 2 ** -52, 1 - 2 ** -53, 1 + 2 ** -30, 1 - 2 ** -40),
});
const anyLevels = fc
  .array(fc.integer({ min: -50, max: 450 }), { minLength: 1, maxLength: MAX_LEVELS, size: "max" })
  .map((ticks) => ticks.map((k) => k / 4));
/** As an axis has them. */
const evenLevels = fc
  .tuple(
    fc.constantFrom(-3, 0, 20, 1e-3, 1e15),
    fc.constantFrom(1, 0.1, 0.05, 2.5, 1e-7, 1e16),
    fc.integer({ min: 1, max: MAX_LEVELS }),
  )
  .map(([start, step, count]) => Array.from({ length: count }, (_, i) => start + i * step));
const bars = fc.constantFrom(1, 2, 63, 64, 65, 130);

it("counts the same levels as the readable loop, however many there are", () => {
  fc.assert(
    fc.property(
      bars.chain((length) =>
        fc.array(fc.oneof({ weight: 3, arbitrary: value }, nearLevel), {
          minLength: length,
          maxLength: length,
        }),
      ),
      fc.oneof(anyLevels, evenLevels),
      fc.constantFrom("<", "<=", ">", ">="),
      anyCloseSettings,
      (values, unsorted, op, settings) => {
        const upward = op === ">" || op === ">=";
        const levels = Float64Array.from(unsorted).sort();
        const series = Float64Array.from(values, (value) =>
          typeof value === "number" ? value : levels[value.level % levels.length] * value.times,
        );
        if (!upward) levels.reverse();
        const rules = new AccountRules(settings);
        const close = series.map(() => 1);
        const prices = { open: close, high: close, low: close, close, volume: close };
        const market = { ...prices, openTimes: close, timeframeMs: 1 };
        const backend = new WasmBackend(rules, market);
        const counted = [backend.legLoops(), new ReadableLegLoops(rules, market)].map((loops) => {
          const legs = loops.room(levels.length);
          loops.count(series, op, levels, legs);
          const counts = [...legs.counts.subarray(0, series.length)];
          return { counts, changes: [...legs.changes], some: [...legs.some] };
        });
        backend.release();
        expect(counted[0]).toEqual(counted[1]);
      },
    ),
    { numRuns: 300 },
  );
});
