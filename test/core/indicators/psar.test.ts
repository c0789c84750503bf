import fc from "fast-check";
import { expect, it } from "vitest";
import { psar } from "../../../src/core/indicators/psar.ts";
import { CandleView } from "../../../src/core/series/candle-view.ts";
import { arbitraryCandles, withHole } from "../../support/arbitrary-candles.ts";
import { readablePsar } from "../../support/readable-psar.ts";

it("follows TA-Lib's rules, holes included", () => {
  const pace = fc.double({ min: 0.001, max: 0.5, noNaN: true });
  fc.assert(
    fc.property(
      arbitraryCandles(2, 200),
      fc.nat({ max: 150 }),
      fc.record({ accelStart: pace, accelStep: pace, accelMax: pace }),
      (bars, holeAt, params) => {
        const candles = withHole(bars, holeAt, holeAt + 2);
        const [stops] = psar.compute(new CandleView(candles), params);
        const max = params.accelMax;
        const acceleration = {
          start: Math.min(params.accelStart, max),
          step: params.accelStep,
          max,
        };
        const readable = readablePsar(candles, acceleration, {
          firstTrend: "byMove",
          turnsOnTouch: true,
          boundingBars: 2,
          boundsNewTrend: true,
        });
        expect([...stops]).toEqual([...readable]);
      },
    ),
    { numRuns: 300 },
  );
});

it("says which side of the price the stop is on", () => {
  fc.assert(
    fc.property(arbitraryCandles(2, 200), (bars) => {
      const params = { accelStart: 0.02, accelStep: 0.02, accelMax: 0.2 };
      const [stops, directions] = psar.compute(new CandleView(bars), params);
      for (let t = 1; t < stops.length; t++) {
        if (directions[t] === 1) expect(stops[t]).toBeLessThanOrEqual(bars.low[t]);
        else expect(stops[t]).toBeGreaterThanOrEqual(bars.high[t]);
      }
    }),
  );
});
