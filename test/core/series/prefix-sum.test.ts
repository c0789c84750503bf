import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DoubleDouble } from "../../../src/core/series/double-double.ts";
import { isExactlySummed, PrefixSum } from "../../../src/core/series/prefix-sum.ts";
import { standardDeviations } from "../../../src/core/series/standard-deviation.ts";
import { weightedMeans } from "../../../src/core/series/weighted-mean.ts";
import { correctlyRounded, rationalOf } from "../../support/rational.ts";

const integer = (min: number, max: number) => fc.integer({ min, max });
const decimals = fc.constantFrom(0, 1, 2, 3, 5, 8);

/** Prices as integers on a decimal grid. */
const onGrid = fc.record({
  scale: decimals.map((digits) => 10 ** digits),
  ticks: fc.array(integer(-2_000_000, 9_000_000), { minLength: 1, maxLength: 80, size: "max" }),
});
const anyPrices = fc.array(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 80,
  size: "max",
});
const windows = integer(1, 40);

/** Float series with holes, on a grid at first and off it or on a finer one later. */
const mixedSeries = fc
  .array(
    fc.oneof(
      { arbitrary: integer(1, 10_000_000).map((tick) => tick / 100), weight: 6 },
      { arbitrary: integer(1, 10_000_000).map((tick) => tick / 1e5), weight: 2 },
      { arbitrary: fc.double({ min: 1, max: 1e5, noNaN: true }), weight: 1 },
      { arbitrary: fc.constant(Number.NaN), weight: 1 },
    ),
    { minLength: 1, maxLength: 120, size: "max" },
  )
  .map((values) => Float64Array.from(values));

/** Whole cents first, then a finer grid: the scale grows, the grid goes on. */
const refinedSeries = fc
  .tuple(
    fc.array(integer(100, 999_999), { minLength: 20, maxLength: 60, size: "max" }),
    fc.array(integer(100_000, 999_999_999), { minLength: 5, maxLength: 20, size: "max" }),
  )
  .map(([cents, finer]) =>
    Float64Array.from([...cents.map((tick) => tick / 100), ...finer.map((tick) => tick / 1e5)]),
  );

it("sums are the same in a room that held something else", () => {
  fc.assert(
    fc.property(fc.oneof(mixedSeries, refinedSeries), windows, (series, window) => {
      const room = new Float64Array(series.length + 1).fill(7);
      const sums = PrefixSum.of(series, room);
      const fresh = PrefixSum.of(series);
      expect(sums.ticks).toBe(room);
      const exact = fresh.gridBars + 1;
      expect(room.subarray(0, exact)).toEqual(fresh.ticks.subarray(0, exact));
      expect(sums.means(window)).toEqual(fresh.means(window));
    }),
  );
});

describe("window means", () => {
  it("on a grid are the correctly rounded quotient of the decimal numbers", () => {
    fc.assert(
      fc.property(onGrid, windows, ({ scale, ticks }, window) => {
        const sums = PrefixSum.of(Float64Array.from(ticks, (tick) => tick / scale));
        expect(sums.gridBars).toBe(ticks.length);
        sums.means(window).forEach((mean, t) => {
          const expected = t + 1 < window ? Number.NaN : exactMean(ticks, scale, t, window);
          expect(mean).toBe(expected);
        });
      }),
    );
  });

  it("off every grid are the correctly rounded quotient of the float64 values", () => {
    fc.assert(
      fc.property(anyPrices, windows, (prices, window) => {
        const series = Float64Array.from([Math.PI, ...prices]);
        const sums = PrefixSum.of(series);
        expect(sums.gridBars).toBe(0);
        sums.means(window).forEach((mean, t) => {
          if (t + 1 < window) {
            expect(mean).toBeNaN();
            return;
          }
          const terms = series.subarray(t + 1 - window, t + 1);
          const { numerator, denominator } = rationalOf(terms, () => 1);
          expect(mean).toBe(correctlyRounded(numerator, denominator * BigInt(window)));
        });
      }),
    );
  });

  it("equal a price exactly where the decimal numbers do, and never change their order", () => {
    let ties = 0;
    fc.assert(
      fc.property(
        fc.array(integer(107_000, 107_009), { minLength: 5, maxLength: 60, size: "max" }),
        (ticks) => {
          const price = Float64Array.from(ticks, (tick) => tick / 1e5);
          const means = PrefixSum.of(price).means(5);
          for (let t = 4; t < ticks.length; t++) {
            const excess = 5 * ticks[t] - ticks.slice(t - 4, t + 1).reduce((a, b) => a + b);
            expect(Math.sign(price[t] - means[t])).toBe(Math.sign(excess));
            ties += excess === 0 ? 1 : 0;
          }
        },
      ),
    );
    expect(ties).toBeGreaterThan(0);
  });

  it("stay exact where integers would not: large values, a series that leaves its grid", () => {
    const large = Float64Array.from({ length: 50 }, (_, t) => 4e15 + t);
    expect(PrefixSum.of(large).gridBars).toBeLessThan(3);
    expect(PrefixSum.of(large).mean(49, 3)).toBe(4e15 + 48);
    const late = Float64Array.of(1.25, 1.5, 1 / 3, 1 / 3, 1 / 3, 1.5);
    expect(PrefixSum.of(late).gridBars).toBe(2);
    expect([...PrefixSum.of(late).means(3)].slice(4)).toEqual([1 / 3, 2.1666666666666665 / 3]);
  });

  it("are the same one by one and in a row", () => {
    fc.assert(
      fc.property(mixedSeries, windows, (series, window) => {
        const sums = PrefixSum.of(series);
        expect(Array.from(series, (_, t) => sums.mean(t, window))).toEqual([...sums.means(window)]);
      }),
    );
  });
});

describe("exactness told without sums", () => {
  const exact = (series: Float64Array) => {
    const { isWhole, gridBars, bars } = PrefixSum.of(series);
    return isWhole && gridBars === bars;
  };

  it("is never claimed where sums are not exact, and is on any grid of prices", () => {
    fc.assert(
      fc.property(onGrid, ({ scale, ticks }) => {
        const series = Float64Array.from(ticks, (tick) => tick / scale);
        expect(isExactlySummed(series)).toBe(true);
        expect(exact(series)).toBe(true);
      }),
    );
    const huge = fc.double({ min: -(2 ** 60), max: 2 ** 60, noDefaultInfinity: true });
    const mixed = fc.oneof(integer(-100, 100), fc.double({ min: -1e4, max: 1e4 }), huge);
    const series = fc.array(mixed, { maxLength: 20 });
    fc.assert(
      fc.property(series, (values) => {
        const of = Float64Array.from(values);
        if (isExactlySummed(of)) expect(exact(of)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
    expect(isExactlySummed(Float64Array.of(1, Number.NaN))).toBe(false);
    expect(isExactlySummed(Float64Array.of(1, 1 / 3))).toBe(false);
    expect(isExactlySummed(Float64Array.of(2 ** 52, 2 ** 52))).toBe(false);
  });
});

describe("every window form", () => {
  const forms: [string, (series: Float64Array, window: number) => Float64Array][] = [
    ["means", (series, window) => PrefixSum.of(series).means(window)],
    ["weighted means", (series, window) => weightedMeans(PrefixSum.of(series), window)],
    ["standard deviations", deviationsOf],
  ];

  it.for(forms)("%s do not depend on later bars", ([, compute]) => {
    fc.assert(
      fc.property(
        fc.oneof(mixedSeries, refinedSeries),
        windows,
        fc.nat(),
        (series, window, cut) => {
          const length = cut % (series.length + 1);
          const prefix = compute(series.slice(0, length), window);
          expect([...prefix]).toEqual([...compute(series, window).subarray(0, length)]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.for(forms)("%s are NaN exactly where the window holds an absent value", ([, compute]) => {
    fc.assert(
      fc.property(mixedSeries, windows, (series, window) => {
        compute(series, window).forEach((value, t) => {
          const terms = series.subarray(Math.max(0, t + 1 - window), t + 1);
          expect(Number.isFinite(value)).toBe(
            terms.length === window && terms.every(Number.isFinite),
          );
        });
      }),
    );
  });

  it.for(forms)("%s take infinities for absent", ([, compute]) => {
    for (const unit of [1, Math.PI]) {
      const gone = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      const series = Float64Array.of(1, 2, gone[0], 3, 4, gone[1], 5, 6).map((x) => x * unit);
      const holes = series.map((value) => (Number.isFinite(value) ? value : Number.NaN));
      expect([...compute(series, 2)]).toEqual([...compute(holes, 2)]);
      expect(compute(series, 2)[4]).not.toBeNaN();
    }
  });

  it.for(forms)("%s of nothing are nothing", ([, compute]) => {
    expect(compute(new Float64Array(0), 3)).toHaveLength(0);
  });
});

describe("weighted means", () => {
  it("are correctly rounded on a grid, on integers and where those exceed 2^53", () => {
    const ranges = fc.constantFrom([1, 9_000_000], [2 ** 44, 2 ** 45]);
    const series = ranges.chain(([min, max]) =>
      fc.array(integer(min, max), { maxLength: 80, size: "max" }),
    );
    fc.assert(
      fc.property(series, windows, (ticks, window) => {
        const sums = PrefixSum.of(Float64Array.from(ticks, (tick) => tick / 100));
        weightedMeans(sums, window).forEach((mean, t) => {
          if (t + 1 < window) {
            expect(mean).toBeNaN();
            return;
          }
          const terms = ticks.slice(t + 1 - window, t + 1);
          const total = terms.reduce((sum, tick, i) => sum + BigInt(tick) * BigInt(i + 1), 0n);
          expect(mean).toBe(correctlyRounded(total, 100n * weightsOf(window)));
        });
      }),
    );
  });

  it("are correctly rounded off every grid", () => {
    fc.assert(
      fc.property(anyPrices, windows, (prices, window) => {
        const series = Float64Array.from([Math.PI, ...prices]);
        weightedMeans(PrefixSum.of(series), window).forEach((mean, t) => {
          if (t + 1 < window) {
            expect(mean).toBeNaN();
            return;
          }
          const terms = series.subarray(t + 1 - window, t + 1);
          const { numerator, denominator } = rationalOf(terms, (i) => i + 1);
          expect(mean).toBe(correctlyRounded(numerator, denominator * weightsOf(window)));
        });
      }),
    );
  });
});

describe("standard deviations", () => {
  it("are within two roundings of the exact root, whatever the level of the prices", () => {
    const levels = fc.constantFrom(0, 107_000, 6_000_000_000, 2 ** 44);
    const moves = fc
      .constantFrom(5_000, 2 ** 36)
      .chain((most) =>
        fc.array(integer(-most, most), { minLength: 2, maxLength: 80, size: "max" }),
      );
    fc.assert(
      fc.property(levels, moves, integer(2, 40), (level, steps, window) => {
        const series = Float64Array.from(steps, (step) => (level + step) / 100);
        deviationsOf(series, window).forEach((deviation, t) => {
          if (t + 1 < window) {
            expect(deviation).toBeNaN();
            return;
          }
          const expected = exactDeviation(steps.slice(t + 1 - window, t + 1)) / 100;
          expect(Math.abs(deviation - expected)).toBeLessThanOrEqual(4 * Number.EPSILON * expected);
        });
      }),
    );
  });

  it("off every grid agree with the definition to 1e-12 of the price's spread", () => {
    fc.assert(
      fc.property(anyPrices, integer(2, 40), (prices, window) => {
        const series = Float64Array.from([Math.PI, ...prices]);
        const spread = Math.max(...series) - Math.min(...series);
        deviationsOf(series, window).forEach((deviation, t) => {
          if (t + 1 < window) return;
          const terms = [...series.subarray(t + 1 - window, t + 1)];
          const mean = terms.reduce((a, b) => a + b) / window;
          const expected = Math.sqrt(terms.reduce((sum, x) => sum + (x - mean) ** 2, 0) / window);
          expect(Math.abs(deviation - expected)).toBeLessThanOrEqual(1e-12 * spread);
        });
      }),
    );
  });

  it("of equal prices are exactly zero, on a grid and off it", () => {
    for (const price of [1.07219, 59_999.99, Math.PI]) {
      const series = new Float64Array(60).fill(price);
      expect(
        deviationsOf(series, 49)
          .subarray(48)
          .every((value) => value === 0),
      ).toBe(true);
    }
  });
});

describe("double-double", () => {
  it("adds products of numbers and divides like exact arithmetic", () => {
    const term = fc.tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), integer(1, 1_000));
    fc.assert(
      fc.property(
        fc.array(term, { maxLength: 50, size: "max" }),
        integer(1, 2 ** 31 - 1),
        (terms, divisor) => {
          // Multiples of 2^-30, so that every sum fits.
          const rounded = terms.map(([a, b]) => [Math.round(a * 2 ** 30) / 2 ** 30, b] as const);
          const sum = new DoubleDouble();
          for (const [a, b] of rounded) sum.addProduct(a, b);
          const { numerator, denominator } = rationalOf(
            rounded.map(([a]) => a),
            (i) => rounded[i][1],
          );
          expect(sum.dividedBy(divisor) + 0).toBe(
            correctlyRounded(numerator, denominator * BigInt(divisor)),
          );
        },
      ),
    );
  });
});

function exactMean(ticks: readonly number[], scale: number, t: number, window: number): number {
  const total = ticks.slice(t + 1 - window, t + 1).reduce((sum, tick) => sum + BigInt(tick), 0n);
  return correctlyRounded(total, BigInt(scale) * BigInt(window));
}

function exactDeviation(values: readonly number[]): number {
  const terms = values.map(BigInt);
  const sum = terms.reduce((a, b) => a + b, 0n);
  const squares = terms.reduce((a, b) => a + b * b, 0n);
  return Math.sqrt(Number(BigInt(terms.length) * squares - sum * sum)) / terms.length;
}

function deviationsOf(series: Float64Array, window: number): Float64Array {
  const sums = PrefixSum.of(series);
  return standardDeviations(sums, sums.means(window), window);
}

function weightsOf(window: number): bigint {
  return (BigInt(window) * BigInt(window + 1)) / 2n;
}
