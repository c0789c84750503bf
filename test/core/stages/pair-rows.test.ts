import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AccountRules } from "../../../src/core/execution/account.ts";
import { FillRules } from "../../../src/core/execution/fill-rules.ts";
import { Grid } from "../../../src/core/grid/grid.ts";
import { type BitPlane, createPlane } from "../../../src/core/series/bit-plane.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import type { SeriesRef } from "../../../src/core/signals/atom.ts";
import { PlaneSource } from "../../../src/core/signals/plane-source.ts";
import type { ScoringBackend } from "../../../src/core/stages/backend.ts";
import { PairRows, type RowSource } from "../../../src/core/stages/pair-rows.ts";
import { ReferenceBackend } from "../../../src/core/stages/reference-backend.ts";
import { pairSlots } from "../../../src/core/stages/scorer-caches.ts";
import { WasmBackend } from "../../../src/kernels/wasm-backend.ts";
import { syntheticCandles } from "../../../src/market-data/synthetic.ts";
import { planOf } from "../../support/request-samples.ts";

const BARS = 700;
/** So long that as few rows as may be are there at a time. */
const LONG = 2 ** 24;
const WINDOWS = 20;
const candles = syntheticCandles({ seed: 11, bars: BARS });
const { time, ...prices } = candles;
const market = { ...prices, openTimes: time, timeframeMs: 3_600_000 };
const values = Array.from({ length: WINDOWS }, (_, i) => i + 1);
const grid = new Grid([
  { name: "fast.window", values },
  { name: "slow.window", values },
]);
const { execution } = planOf({
  dataset: "market",
  strategy: { indicators: { it: { id: "ma.sma", params: {} } } },
}).sweep;

const BACKENDS: Readonly<Record<string, () => ScoringBackend>> = {
  readable: () =>
    new ReferenceBackend(new AccountRules(execution), market, new FillRules(execution)),
  kernels: () => new WasmBackend(new AccountRules(execution), market),
};

/** Averages of one kind by the window of an axis. */
function averages(indicator: string, axis: number): RowSource {
  const series = (digits: Int32Array): SeriesRef => ({
    kind: "output",
    indicator,
    params: { window: digits[axis] + 1, source: "close" },
    output: "value",
  });
  return { axes: [axis], series };
}

describe("rows that are compared pairwise", () => {
  const variants = fc.array(fc.integer({ min: 0, max: WINDOWS * WINDOWS - 1 }), { maxLength: 120 });

  it.each(
    Object.keys(BACKENDS).flatMap((backend) =>
      ["ma.sma", "ma.ema"].map((indicator) => ({ backend, indicator })),
    ),
  )("give the same planes however few are there: $backend, $indicator", (shape) => {
    const backend = BACKENDS[shape.backend]();
    const whole = { firstBar: 0, lastBar: BARS };
    const room = { seriesBytes: 2 ** 20, planeBytes: 2 ** 20 };
    const view = new CandleView(candles, (length) => backend.numbers(length));
    const source = new PlaneSource(view, whole, backend, room);
    const operands = [averages(shape.indicator, 0), averages(shape.indicator, 1)] as const;
    const rowsOf = (bars: number, alone: number) =>
      PairRows.of(grid, operands, { source, backend, bars, alone })!;
    const few = rowsOf(LONG, 1);
    const all = rowsOf(BARS, Number.POSITIVE_INFINITY);
    const planes = () => ({ long: backend.plane(BARS), short: backend.plane(BARS) });
    const [some, others] = [planes(), planes()];
    const digits = new Int32Array(2);
    fc.assert(
      fc.property(variants, (indices) => {
        for (const index of indices) {
          grid.digits(index, digits);
          few.compare(digits, some);
          all.compare(digits, others);
          expect(bitsOf(some.long)).toEqual(bitsOf(others.long));
          expect(bitsOf(some.short)).toEqual(bitsOf(others.short));
        }
      }),
    );
    backend.release();
  });

  it("are few where few variants are compared, and all where keys are worth it", () => {
    expect(pairSlots(40, LONG, 1)).toBeLessThan(40);
    expect(pairSlots(40, LONG, 39)).toBe(pairSlots(40, LONG, 1));
    expect(pairSlots(40, LONG, 40)).toBe(40);
    expect(pairSlots(40, BARS, 1)).toBe(40);
    expect(pairSlots(3, LONG, 1)).toBe(3);
  });
});

function bitsOf(plane: BitPlane): Int32Array {
  const bits = createPlane(BARS);
  bits.set(plane);
  return bits;
}
