import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INDICATORS } from "../../../src/core/indicators/registry.ts";
import { withDefaults } from "../../../src/core/parameter.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import { sliceCandles } from "../../../src/core/series/candles.ts";
import { quietCandles } from "../../support/arbitrary-candles.ts";
import { arbitraryParameters } from "../../support/arbitrary-parameters.ts";

/** Small, so that still stretches fill them. */
const MAX_WINDOW = 8;

describe.for(INDICATORS.map((indicator) => [indicator.id, indicator] as const))("%s", ([
  ,
  { params, outputs, undefinedWhere = {}, warmup, compute },
]) => {
  it("is undefined where it has no value, and never infinite", () => {
    const hasSource = params.some(({ name }) => name === "source");
    const values = arbitraryParameters(params, MAX_WINDOW);
    fc.assert(
      fc.property(quietCandles, values, fc.boolean(), (candles, chosen, ofVolume) => {
        // Volume is the one price that may be 0.
        const given = hasSource && ofVolume ? { ...chosen, source: "volume" } : chosen;
        const series = compute(new CandleView(candles), given);
        for (const values of series) {
          expect(values.some((x) => Math.abs(x) === Number.POSITIVE_INFINITY)).toBe(false);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("has a value from its warm-up on where it names no reason for none", () => {
    const prices = withDefaults(params, {});
    fc.assert(
      fc.property(quietCandles, arbitraryParameters(params, MAX_WINDOW), (candles, chosen) => {
        // A volume of 0 as a price is a reason of its own.
        const given = "source" in prices ? { ...chosen, source: prices.source } : chosen;
        const begins = warmup(given);
        compute(new CandleView(candles), given).forEach((values, output) => {
          if (Object.hasOwn(undefinedWhere, outputs[output])) return;
          expect(values.subarray(begins[output]).every(Number.isFinite)).toBe(true);
        });
      }),
      { numRuns: 60 },
    );
  });

  it("takes a single bar, and has a value there if it has no warm-up", () => {
    fc.assert(
      fc.property(quietCandles, arbitraryParameters(params, MAX_WINDOW), (candles, chosen) => {
        const begins = warmup(chosen);
        const series = compute(new CandleView(sliceCandles(candles, 0, 1)), chosen);
        series.forEach((values, output) => {
          expect(values).toHaveLength(1);
          if (begins[output] > 0) expect(values[0]).toBeNaN();
          else if (!Object.hasOwn(undefinedWhere, outputs[output])) {
            expect(values[0]).not.toBeNaN();
          }
        });
      }),
      { numRuns: 40 },
    );
  });
});
