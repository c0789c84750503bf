import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Days } from "../../../src/core/series/days.ts";
import { TIMEFRAMES, timeframeMs } from "../../../src/core/series/timeframe.ts";

const anyBars = fc.record({
  timeframe: fc.constantFrom(...TIMEFRAMES),
  first: fc.integer({ min: -50_000, max: 50_000 }),
  gaps: fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 })), { maxLength: 150 }),
});

describe("days", () => {
  it("are the UTC dates of the closes, each with its last bar", () => {
    fc.assert(
      fc.property(anyBars, ({ timeframe, first, gaps }) => {
        const barMs = timeframeMs(timeframe);
        let bar = first;
        const openTimes = [bar, ...gaps.map((gap) => (bar += gap))].map((n) => n * barMs);
        const dates = openTimes.map((open) => new Date(open + barMs).toISOString().slice(0, 10));
        const distinct = [...new Set(dates)];
        const days = new Days(Float64Array.from(openTimes), barMs);
        expect(days.count).toBe(distinct.length);
        expect([...days.dayOf]).toEqual(dates.map((date) => distinct.indexOf(date)));
        expect([...days.lastBar]).toEqual(distinct.map((date) => dates.lastIndexOf(date)));
      }),
      { numRuns: 300 },
    );
  });

  it("give a close at midnight to the new day, and know an empty range", () => {
    const hour = timeframeMs("1h");
    const evening = Date.UTC(2024, 0, 1, 22);
    const days = new Days(Float64Array.of(evening, evening + hour, evening + 2 * hour), hour);
    expect([...days.dayOf]).toEqual([0, 1, 1]);
    expect(new Days(new Float64Array(0), hour).count).toBe(0);
  });
});
