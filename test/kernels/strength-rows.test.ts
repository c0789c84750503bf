import fc from "fast-check";
import { expect, it } from "vitest";
import { AccountRules } from "../../src/core/execution/account.ts";
import { SEEDINGS } from "../../src/core/indicators/recursive-average.ts";
import { relativeStrength } from "../../src/core/indicators/relative-strength.ts";
import { ReadableLegLoops } from "../../src/core/stages/readable-leg-loops.ts";
import { WasmBackend } from "../../src/kernels/wasm-backend.ts";
import { FREE_SETTINGS } from "../support/execution-arbitraries.ts";

const price = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 60 }).map((k) => k / 4) },
  { weight: 1, arbitrary: fc.constantFrom(1e300, -3, 1e-300, 0) },
);
const hole = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY);
const anySeries = fc
  .tuple(
    fc.constantFrom(2, 3, 9, 63, 64, 65, 130).chain((length) =>
      fc.array(fc.oneof({ weight: 4, arbitrary: price }, fc.constant(7)), {
        minLength: length,
        maxLength: length,
      }),
    ),
    fc.option(fc.tuple(fc.nat(200), hole), { freq: 6 }),
  )
  .map(([prices, at]) => {
    const series = Float64Array.from(prices);
    if (at !== null && at[0] < series.length) series[at[0]] = at[1];
    return series;
  });
const anyWanted = fc.array(
  fc.record({ window: fc.integer({ min: 1, max: 40 }), seeding: fc.constantFrom(...SEEDINGS) }),
  { minLength: 1, maxLength: 8 },
);

it("counts the levels of a row that was written anew, though its memory has grown since", () => {
  const bars = 130;
  const close = Float64Array.from({ length: bars }, (_, t) => 100 + ((t * 7) % 11) - t / 9);
  const prices = { open: close, high: close, low: close, close, volume: close };
  const rules = new AccountRules(FREE_SETTINGS);
  const market = { ...prices, openTimes: close, timeframeMs: 1 };
  const backend = new WasmBackend(rules, market);
  const rows = backend.strengthRows(bars)!;
  const [row] = rows.rooms;
  backend.memory.float64(4 * 2 ** 20, "as it is");
  const levels = Float64Array.of(30, 45, 80);
  const readable = new ReadableLegLoops(rules, market);
  const loops = backend.legLoops();
  const [legs, expected] = [loops.room(levels.length), readable.room(levels.length)];
  for (const window of [2, 9]) {
    rows.compute(close, [{ window, seeding: "first", row }]);
    loops.count(row, ">=", levels, legs);
    readable.count(relativeStrength(close, window, "first"), ">=", levels, expected);
    expect(legs.counts.subarray(0, bars)).toEqual(expected.counts.subarray(0, bars));
  }
  backend.release();
});

it("computes rows of relative strength together as one by one, to the bit", () => {
  let served = 0;
  fc.assert(
    fc.property(anySeries, anySeries, anyWanted, (first, second, windows) => {
      const close = new Float64Array(first.length).fill(1);
      const prices = { open: close, high: close, low: close, close, volume: close };
      const market = { ...prices, openTimes: close, timeframeMs: 1 };
      const backend = new WasmBackend(new AccountRules(FREE_SETTINGS), market);
      const rows = backend.strengthRows(first.length)!;
      const wanted = windows.map((one, i) => ({ ...one, row: rows.rooms[i] }));
      // Rooms, rises and falls are used again.
      const series = second.length === first.length ? [first, second] : [first];
      for (const one of series) {
        if (!rows.compute(one, wanted)) continue;
        served++;
        for (const { window, seeding, row } of wanted) {
          expect(row).toEqual(relativeStrength(one, window, seeding));
        }
      }
      backend.release();
    }),
    { numRuns: 400 },
  );
  expect(served).toBeGreaterThan(100);
});
