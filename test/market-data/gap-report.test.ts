import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gapReport } from "../../src/core/series/gap-report.ts";
import { timeframeMs } from "../../src/core/series/timeframe.ts";
import { arbitrarySeries } from "./arbitrary-series.ts";

const DAY_MS = 86_400_000;

describe("gap report", () => {
  it("accounts for every bar of the grid between the first and the last", () => {
    fc.assert(
      fc.property(arbitrarySeries({ maxBars: 60 }), ({ candles: { time }, timeframe }) => {
        const report = gapReport(time, timeframe);
        const barMs = timeframeMs(timeframe);
        const onGrid = (time.at(-1)! - time[0]) / barMs + 1;
        expect(report.missingBars + time.length).toBe(onGrid);
        expect(report.first.length).toBe(Math.min(10, report.count));
        const known = new Set(time);
        for (const gap of report.first) {
          expect(known.has(gap.afterMs)).toBe(true);
          for (let k = 1; k <= gap.missingBars; k++) {
            expect(known.has(gap.afterMs + k * barMs)).toBe(false);
          }
          expect(known.has(gap.afterMs + (gap.missingBars + 1) * barMs)).toBe(true);
          expect(gap.missingBars * barMs).toBeLessThanOrEqual(report.longestMs);
        }
      }),
    );
  });

  it("reports a weekend as a gap of two days", () => {
    const friday = Date.UTC(2024, 0, 5);
    const report = gapReport(Float64Array.of(friday - DAY_MS, friday, friday + 3 * DAY_MS), "1d");
    expect(report).toEqual({
      missingBars: 2,
      count: 1,
      longestMs: 2 * DAY_MS,
      first: [{ afterMs: friday, missingBars: 2 }],
    });
  });

  it("is empty for no bars, one bar and an unbroken series", () => {
    const none = { missingBars: 0, count: 0, longestMs: 0, first: [] };
    expect(gapReport(new Float64Array(0), "1h")).toEqual(none);
    expect(gapReport(Float64Array.of(0), "1h")).toEqual(none);
    expect(gapReport(Float64Array.of(0, 3_600_000, 7_200_000), "1h")).toEqual(none);
  });
});
