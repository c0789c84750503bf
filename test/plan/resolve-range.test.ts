import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocateCandles, type Candles } from "../../src/core/series/candles.ts";
import { TIMEFRAMES, type Timeframe, timeframeMs } from "../../src/core/series/timeframe.ts";
import { resolveRange } from "../../src/plan/resolve-range.ts";
import { complaintsOf, userError } from "../support/request-samples.ts";

/** Candles of which only the times matter: bars on the timeframe's grid, some of them absent. */
function candlesAt(times: readonly number[]): Candles {
  const candles = allocateCandles(times.length);
  candles.time.set(times);
  return candles;
}

const anyMarket = fc
  .record({
    timeframe: fc.constantFrom(...TIMEFRAMES),
    firstBar: fc.integer({ min: 0, max: 30_000 }),
    gaps: fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 9 })), { maxLength: 40 }),
  })
  .map(({ timeframe, firstBar, gaps }) => {
    let bar = firstBar;
    const bars = [bar, ...gaps.map((gap) => (bar += gap))];
    const barMs = timeframeMs(timeframe);
    return { timeframe, barMs, candles: candlesAt(bars.map((n) => n * barMs)) };
  });

/** Daily bars that open on 1 to 10 January 2024; the last one closes with the tenth day. */
const JANUARY = {
  timeframe: "1d" as Timeframe,
  candles: candlesAt(Array.from({ length: 10 }, (_, d) => Date.UTC(2024, 0, 1 + d))),
};
const DAY_MS = 86_400_000;

/** Opens of the first and the last traded bar, as days of January. */
function traded(range: { start?: string | number; end?: string | number }): number[] {
  const { firstBar, endBar } = resolveRange(range, 0, JANUARY);
  return [firstBar + 1, endBar];
}

describe("range", () => {
  it("trades the bars that close in [start, end), and no other", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(anyMarket, share, share, fc.nat(60), (market, a, b, warmupBars) => {
        const { candles, barMs } = market;
        const from = candles.time[0];
        const to = candles.time.at(-1)! + barMs;
        // Half of the bounds lie on the grid, where an off-by-one shows.
        const moment = (part: number) =>
          from + (part < 0.5 ? part * 2 * (to - from) : barMs * Math.floor(part * 40));
        const [start, end] = [moment(a), moment(b)].map((ms) => Math.min(ms, to));
        const closes = [...candles.time].map((time) => time + barMs);
        const bars = closes.flatMap((close, t) => (start <= close && close < end ? [t] : []));
        const resolve = () => resolveRange({ start, end }, warmupBars, market);
        if (bars.length === 0) {
          expect(complaintsOf(resolve)).toMatchObject([{ path: "range" }]);
          return;
        }
        expect(resolve()).toEqual({
          feedBar: Math.max(0, bars[0] - warmupBars),
          firstBar: bars[0],
          endBar: bars.at(-1)! + 1,
          startMs: candles.time[bars[0]],
          endMs: closes[bars.at(-1)!],
        });
      }),
      { numRuns: 500 },
    );
  });

  it("reaches to the ends of the data where a bound is not given", () => {
    expect(traded({})).toEqual([1, 10]);
    expect(traded({ start: "2024-01-05" })).toEqual([4, 10]);
    expect(traded({ end: "2024-01-05" })).toEqual([1, 3]);
    // The last bar closes with the tenth day, so a range that ends there does not have it.
    expect(traded({ end: "2024-01-11" })).toEqual([1, 9]);
    expect(traded({ end: "2024-01-12" })).toEqual([1, 10]);
    expect(traded({ start: "2024-01-11" })).toEqual([10, 10]);
  });

  it("starts the warm-up at the first bar there is, never with an error", () => {
    const short = resolveRange({ start: "2024-01-04" }, 200, JANUARY);
    expect(short).toMatchObject({ feedBar: 0, firstBar: 2 });
    expect(resolveRange({}, 200, JANUARY)).toMatchObject({ feedBar: 0, firstBar: 0 });
    expect(resolveRange({ start: "2024-01-08" }, 3, JANUARY)).toMatchObject({ feedBar: 3 });
  });

  it("reads one moment in all the ways that ISO 8601 writes it", () => {
    const noon = Date.UTC(2024, 0, 5, 12);
    const written = [
      ...[noon, "2024-01-05T12:00Z", "2024-01-05T12:00", "2024-01-05 12:00:00"],
      ...["2024-01-05T12:00:00.000Z", "2024-01-05T14:30+02:30", "2024-01-05T07:00-0500"],
    ];
    const hours = Array.from({ length: 240 }, (_, h) => Date.UTC(2024, 0, 1, h));
    const market = { timeframe: "1h" as Timeframe, candles: candlesAt(hours) };
    for (const start of written) {
      expect(resolveRange({ start }, 0, market).startMs).toBe(noon - 3_600_000);
    }
  });

  it("refuses what is no moment", () => {
    const wrong = [
      ...["", "yesterday", "2024", "2024-1-5", "05.01.2024", "2024-13-01", "2024-02-30"],
      ...["2023-02-29T00:00", "2024-01-05T25:00", "2024-01-05T12", "2024-01-05+02:00"],
      ...["2024-01-05T12:00Zulu", "1704412800000", "2024-01-05T12:00:00.Z", "０２-01-2024"],
    ];
    for (const [path, range] of wrong.flatMap((text) => [
      ["range.start", { start: text }] as const,
      ["range.end", { end: text }] as const,
    ])) {
      const [found] = complaintsOf(() => resolveRange(range, 0, JANUARY));
      expect(found).toMatchObject({ path, message: "not a point in time" });
      expect(found.value).toBe(Object.values(range)[0]);
      expect(found.bound).toContain("ISO date");
    }
  });

  it("refuses a bound outside the data, and a range that leaves no bar", () => {
    const data = "2024-01-01T00:00:00.000Z to 2024-01-1";
    const from = JANUARY.candles.time[0];
    const outside = [
      { start: "2023-12-31" },
      { start: from - 1 },
      { start: from + 10 * DAY_MS + 1 },
      { end: "2024-01-12T00:01" },
      { end: from - DAY_MS },
      { end: 1e300 },
    ];
    for (const range of outside) {
      const [found] = complaintsOf(() => resolveRange(range, 0, JANUARY));
      expect(found).toMatchObject({
        path: `range.${Object.keys(range)[0]}`,
        message: "outside the data",
        value: String(Object.values(range)[0]),
      });
      expect(found.bound).toContain(data);
    }
    for (const range of [
      { start: "2024-01-05", end: "2024-01-05" },
      { start: "2024-01-08", end: "2024-01-05" },
      { end: "2024-01-01" },
    ]) {
      const [found] = complaintsOf(() => resolveRange(range, 0, JANUARY));
      expect(found).toMatchObject({ path: "range", message: "no bar closes in this range" });
      expect(found.bound).toContain(data);
    }
    const empty = { timeframe: "1d" as Timeframe, candles: candlesAt([]) };
    expect(userError(() => resolveRange({}, 0, empty)).complaints[0].path).toBe("dataset");
  });
});
