import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fairSliceSize, nextSliceSize, SLICE_MS } from "../../src/pool/slice-size.ts";

/** Milliseconds to look at an index that the constraint forbids. */
const SKIP_MS = 1e-5;

/** An index space in stretches: forbidden, or of variants that cost so much each. */
const anySpace = fc.array(
  fc.record({
    length: fc.integer({ min: 1, max: 300_000 }),
    forbidden: fc.boolean(),
    variantMs: fc.constant(0.02),
  }),
  { minLength: 1, maxLength: 6 },
);

/** Every slice of a space as a thread would take them: what it held and how long it took. */
function slicesOf(space: typeof anySpace extends fc.Arbitrary<infer T> ? T : never) {
  const total = space.reduce((sum, { length }) => sum + length, 0);
  const slices: { readonly size: number; readonly tookMs: number }[] = [];
  let size = 1;
  for (let from = 0; from < total; ) {
    const to = Math.min(from + size, total);
    let scored = 0;
    let tookMs = 0;
    let start = 0;
    for (const { length, forbidden, variantMs } of space) {
      const held = Math.max(0, Math.min(to, start + length) - Math.max(from, start));
      scored += forbidden ? 0 : held;
      tookMs += held * (forbidden ? SKIP_MS : variantMs);
      start += length;
    }
    slices.push({ size: to - from, tookMs });
    size = nextSliceSize(to - from, scored, tookMs);
    from = to;
  }
  return slices;
}

describe("slice size", () => {
  it("keeps slices short whatever the constraint forbids before them", () => {
    fc.assert(
      fc.property(anySpace, (space) => {
        for (const { tookMs } of slicesOf(space)) expect(tookMs).toBeLessThan(4 * SLICE_MS);
      }),
      { numRuns: 60 },
    );
  });

  it("comes to the aimed duration, and does not crawl through what is forbidden", () => {
    const dense = slicesOf([{ length: 100_000, forbidden: false, variantMs: 0.02 }]);
    const steady = dense.slice(10, -1);
    for (const { tookMs } of steady) expect(tookMs).toBeCloseTo(SLICE_MS, 0);
    const empty = slicesOf([{ length: 1_000_000, forbidden: true, variantMs: 0.02 }]);
    expect(empty.length).toBeLessThan(5_000);
  });

  it("lets the threads of a short chunk end close together", () => {
    const positions = fc.integer({ min: 20, max: 2_000 });
    const positionMs = fc.double({ min: 0.05, max: 2, noNaN: true });
    fc.assert(
      fc.property(positions, positionMs, fc.integer({ min: 1, max: 8 }), (total, each, threads) => {
        const busyUntil = new Array<number>(threads).fill(0);
        const sizes = new Array<number>(threads).fill(1);
        let left = total;
        while (left > 0) {
          const thread = busyUntil.indexOf(Math.min(...busyUntil));
          const size = Math.min(left, fairSliceSize(sizes[thread], left, threads));
          left -= size;
          busyUntil[thread] += size * each;
          sizes[thread] = nextSliceSize(size, size, size * each);
        }
        const spread = Math.max(...busyUntil) - Math.min(...busyUntil);
        expect(spread).toBeLessThanOrEqual(Math.max(2 * each, (total * each) / (3 * threads)));
      }),
      { numRuns: 200 },
    );
  });

  it("is at least one and at most four times the last, for any clock", () => {
    const size = fc.integer({ min: 1, max: 1e9 });
    const took = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e7, noNaN: true }));
    fc.assert(
      fc.property(size, fc.double({ min: 0, max: 1, noNaN: true }), took, (last, share, tookMs) => {
        const next = nextSliceSize(last, Math.floor(share * last), tookMs);
        expect(Number.isInteger(next)).toBe(true);
        expect(next).toBeGreaterThanOrEqual(1);
        expect(next).toBeLessThanOrEqual(4 * last);
      }),
    );
  });
});
