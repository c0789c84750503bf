import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalCdf, normalUpperQuantile } from "../../../src/core/metrics/normal-distribution.ts";
import { bestSharpeByLuck, probabilityAbove } from "../../../src/core/metrics/sharpe-certainty.ts";

type Pairs = readonly (readonly [at: number, value: number])[];
const file = new URL("../../golden/risk-metrics.json", import.meta.url);
const { normal } = JSON.parse(readFileSync(file, "utf8")) as {
  normal: { cdf: Pairs; upperQuantile: Pairs };
};

function relativeErrors(pairs: Pairs, ours: (at: number) => number): number[] {
  return pairs.map(([at, value]) =>
    value === 0 ? Math.abs(ours(at)) : Math.abs(ours(at) / value - 1),
  );
}

describe("the normal distribution", () => {
  it("has SciPy's probabilities, into both tails", () => {
    expect(normal.cdf.length).toBeGreaterThan(380);
    expect(Math.max(...relativeErrors(normal.cdf, normalCdf))).toBeLessThan(5e-13);
    const central = normal.cdf.filter(([x]) => Math.abs(x) < 8);
    const errors = central.map(([x, value]) => Math.abs(normalCdf(x) - value));
    expect(Math.max(...errors)).toBeLessThan(1e-15);
  });

  it("has SciPy's quantiles, down to tails of 1e-290", () => {
    expect(normal.upperQuantile.length).toBeGreaterThan(90);
    expect(Math.max(...relativeErrors(normal.upperQuantile, normalUpperQuantile))).toBeLessThan(
      1e-14,
    );
  });

  it("rises, and its quantile undoes it", () => {
    const x = fc.double({ min: -8, max: 8, noNaN: true });
    fc.assert(
      fc.property(x, x, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(normalCdf(low) - normalCdf(high)).toBeLessThan(1e-15);
        expect(Math.abs(normalCdf(a) + normalCdf(-a) - 1)).toBeLessThan(1e-15);
        const negative = -Math.abs(a);
        const back = -normalUpperQuantile(normalCdf(negative));
        expect(Math.abs(back - negative)).toBeLessThan(1e-12);
      }),
    );
  });

  it.for([
    [0, Number.POSITIVE_INFINITY],
    [0.5, 0],
    [1, Number.NEGATIVE_INFINITY],
    [-0.1, Number.NaN],
    [1.1, Number.NaN],
    [Number.NaN, Number.NaN],
  ] as const)("the quantile of an upper tail of %s is %s", ([tail, x]) => {
    expect(normalUpperQuantile(tail)).toBe(x);
  });

  it("ends at 0 and 1", () => {
    expect([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY].map(normalCdf)).toEqual([0, 1]);
    expect(normalCdf(Number.NaN)).toBeNaN();
  });
});

describe("the examples that the papers work out", () => {
  // The Sharpe Ratio Efficient Frontier (2012): 24 months at 0.458 a month.
  it.for([
    [0, 3, 0.982],
    [-2.448, 10.164, 0.913],
  ] as const)("skewness %s, kurtosis %s: %s", ([skewness, kurtosis, printed]) => {
    const sample = { days: 24, sharpe: 0.458, skewness, kurtosis };
    expect(probabilityAbove(sample, 0)).toBeCloseTo(printed, 3);
  });

  // The Deflated Sharpe Ratio (2014): 2.5 a year over 1,250 days, variance of the trials 0.5.
  const sharpe = 2.5 / Math.sqrt(250);
  const sharpeVariance = 0.5 / 250;
  it.for([
    [100, -3, 10, 0.9004],
    [46, -3, 10, 0.9505],
    [88, 0, 3, 0.9505],
  ] as const)("%s trials, skewness %s, kurtosis %s: %s", ([count, skewness, kurtosis, printed]) => {
    const sample = { days: 1250, sharpe, skewness, kurtosis };
    const benchmark = bestSharpeByLuck({ count, sharpeVariance }, sample.days);
    expect(probabilityAbove(sample, benchmark)).toBeCloseTo(printed, 4);
    if (count === 100) expect(benchmark).toBeCloseTo(0.1132, 4);
  });
});

describe("the best of N trials without skill", () => {
  it("is nothing for one trial, and grows with their number and variance", () => {
    expect(bestSharpeByLuck({ count: 1, sharpeVariance: 0.3 }, 100)).toBe(0);
    const count = fc.integer({ min: 2, max: 1e9 });
    fc.assert(
      fc.property(count, count, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, v) => {
        const of = (trials: number, sharpeVariance: number) =>
          bestSharpeByLuck({ count: trials, sharpeVariance }, 500);
        const [fewer, more] = a < b ? [a, b] : [b, a];
        expect(of(fewer, v)).toBeLessThanOrEqual(of(more, v));
        expect(of(a, v)).toBeLessThanOrEqual(of(a, 2 * v));
      }),
    );
  });

  it("takes the variance of an estimate without skill where the trials have none", () => {
    const unknown = bestSharpeByLuck({ count: 50, sharpeVariance: null }, 401);
    expect(unknown).toBe(bestSharpeByLuck({ count: 50, sharpeVariance: 1 / 400 }, 401));
  });
});
