import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Grid } from "../../../src/core/grid/grid.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import { type ConditionTemplate, SIDES, type Sides } from "../../../src/core/signals/condition.ts";
import {
  compileExpression,
  type ExpressionParameter,
} from "../../../src/core/signals/expression/compile-expression.ts";
import { ExpressionFault } from "../../../src/core/signals/expression/expression-fault.ts";
import { readableSignal } from "../../../src/core/signals/readable-signal.ts";
import { resolveSeries } from "../../../src/core/signals/resolve-series.ts";
import { describeVariant } from "../../../src/core/stages/describe.ts";
import { SCORER_CACHES } from "../../../src/core/stages/scorer-caches.ts";
import { chooseBy } from "../../../src/core/stages/signal-planes.ts";
import type { Sweep } from "../../../src/core/stages/sweep.ts";
import { SweepScorer } from "../../../src/core/stages/sweep-scorer.ts";
import { variantSides } from "../../../src/core/stages/variant-sides.ts";
import { backendFactory } from "../../../src/kernels/backend-factory.ts";
import { arbitraryCandles, withHole } from "../../support/arbitrary-candles.ts";
import {
  anyConditionPart,
  type Chosen,
  type ConditionPart,
  EXPRESSION_PARAMETERS,
  textOf,
} from "../../support/expression-arbitraries.ts";
import { CROSS_REQUEST, planOf } from "../../support/request-samples.ts";
import { expectSameValues } from "../../support/same-values.ts";

const AXES = Object.entries(EXPRESSION_PARAMETERS).map(([name, values]) => ({ name, values }));
const PARAMETERS: ReadonlyMap<string, ExpressionParameter> = new Map(
  AXES.map(({ name, values }, axis) => [name, { axis, values }]),
);
const BACKENDS = [backendFactory("reference"), backendFactory("wasm")];
const SWEEP = planOf(CROSS_REQUEST).sweep;

const anySides = fc
  .record(
    {
      long: anyConditionPart,
      exitLong: anyConditionPart,
      short: anyConditionPart,
      exitShort: anyConditionPart,
    },
    { requiredKeys: [] },
  )
  .filter(({ long, short }) => long !== undefined || short !== undefined)
  .map(({ long, exitLong, short, exitShort }) => ({
    ...(long === undefined ? {} : { long, ...(exitLong === undefined ? {} : { exitLong }) }),
    ...(short === undefined ? {} : { short, ...(exitShort === undefined ? {} : { exitShort }) }),
  }));

const anyMarket = fc
  .tuple(arbitraryCandles(1, 150), fc.nat(150), fc.nat(3))
  .map(([candles, from, bars]) => withHole(candles, from, Math.min(from + bars, 150)));

/** Compiles all sides; false where the text is refused as one that never signals, or too large. */
function compiled(sides: Sides<ConditionPart>): Sides<ConditionTemplate> | null {
  try {
    const entries = Object.entries(sides).map(([side, part]) => [
      side,
      compileExpression(textOf(part), PARAMETERS).condition,
    ]);
    return Object.fromEntries(entries);
  } catch (error) {
    const harmless = /against itself|too (many|large|long)|finite number|nested too/;
    if (error instanceof ExpressionFault && harmless.test(error.message)) return null;
    throw error;
  }
}

/** What the sides mean over the range, by their own meanings: 1 long, -1 short, 0 neutral. */
function meantSignal(sides: Sides<ConditionPart>, chosen: Chosen, sweep: Sweep): number[] {
  const [long, exitLong, short, exitShort] = SIDES.map((side) => sides[side]?.meaning(chosen));
  const signal: number[] = [];
  for (let t = sweep.firstBar; t < sweep.lastBar; t++) {
    const before = signal.at(-1) ?? 0;
    const enters = [
      long?.[t] === true && exitLong?.[t] !== true ? 1 : 0,
      short?.[t] === true && exitShort?.[t] !== true ? -1 : 0,
    ];
    const exit = before > 0 ? exitLong : exitShort;
    const stays = exit !== undefined && exit[t] !== true;
    const isQuiet = enters[0] === 0 && enters[1] === 0;
    signal.push(isQuiet ? (stays ? before : 0) : enters[0] + enters[1]);
  }
  return signal;
}

/** Room for everything, for the planes of few values, and for nothing. */
const anyCaches = fc.constantFrom(
  SCORER_CACHES,
  { seriesBytes: 1_000, planeBytes: 4_500 },
  { seriesBytes: 0, planeBytes: 0 },
);

describe("expressions", () => {
  it("mean, as planes of each backend and bar by bar, what their parts mean", () => {
    let compared = 0;
    const seen = new Set<number>();
    const property = fc.property(
      fc.record({ sides: anySides, candles: anyMarket, caches: anyCaches, index: fc.nat() }),
      fc.tuple(fc.nat(20), fc.nat(20)),
      ({ sides, candles, caches, index }, [skipped, left]) => {
        const expressions = compiled(sides);
        fc.pre(expressions !== null);
        const bars = candles.time.length;
        const firstBar = Math.min(skipped, bars - 1);
        const sweep: Sweep = {
          ...SWEEP,
          axes: AXES,
          indicators: [],
          signals: [],
          expressions,
          constraint: null,
          firstBar,
          lastBar: Math.max(firstBar + 1, bars - left),
        };
        const view = new CandleView(candles);
        const grid = new Grid(AXES);
        const scorers = BACKENDS.map(
          (backend) => new SweepScorer(sweep, candles, { caches, backend }),
        );
        // Neighbours too: what is kept from variant to variant must not show.
        for (let variant = index % grid.size; variant < grid.size; variant += 17) {
          const { params: values } = describeVariant(sweep, "STAGE_A", variant);
          const meant = meantSignal(sides, { view, values }, sweep);
          for (const scorer of scorers) {
            scorer.seek(variant);
            expectSameValues(scorer.signal(), meant);
          }
          const chosen = variantSides(
            sweep,
            chooseBy(grid, grid.digits(variant, new Int32Array(4))),
          );
          const readable = readableSignal(chosen, (ref) => resolveSeries(view, ref), sweep);
          expectSameValues(readable, meant);
          compared += meant.length;
          for (const side of meant) seen.add(side);
        }
        for (const scorer of scorers) scorer.release();
      },
    );
    fc.assert(property, { numRuns: 1_000 });
    expect(compared).toBeGreaterThan(150_000);
    expect([...seen].sort()).toEqual([-1, 0, 1]);
  });
});
