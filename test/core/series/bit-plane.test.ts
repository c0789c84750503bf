import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  andPlanes,
  type BitPlane,
  clearPlane,
  createPlane,
  planeBit,
  planeWords,
} from "../../../src/core/series/bit-plane.ts";

/** Two truths a bar. */
const anyBars = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 300, size: "max" });

function planeOf(truths: readonly boolean[]): BitPlane {
  const plane = createPlane(truths.length);
  for (const [bar, truth] of truths.entries()) {
    if (truth) plane[Math.floor(bar / 32)] |= 1 << (bar % 32);
  }
  return plane;
}

/** All bits of a plane, those past the last bar too. */
function bitsOf(plane: BitPlane): boolean[] {
  return Array.from({ length: plane.length * 32 }, (_, bar) => planeBit(plane, bar));
}

/** Truths of bars, and false for every bit past the last one. */
function padded(truths: readonly boolean[]): boolean[] {
  return Array.from({ length: planeWords(truths.length) * 32 }, (_, bar) => truths[bar] ?? false);
}

describe("bit plane", () => {
  it("has room for its bars in whole words of 64, and no word more", () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (bars) => {
        const words = planeWords(bars);
        expect(words % 2).toBe(0);
        expect(words * 32).toBeGreaterThanOrEqual(bars);
        expect((words - 2) * 32).toBeLessThan(Math.max(bars, 1));
      }),
    );
    expect([0, 1, 64, 65, 128].map(planeWords)).toEqual([0, 2, 2, 4, 4]);
  });

  it("reads little-endian, also as words of 64 bars", () => {
    fc.assert(
      fc.property(anyBars, (bars) => {
        const truths = bars.map(([a]) => a);
        const plane = planeOf(truths);
        expect(bitsOf(plane)).toEqual(padded(truths));
        const wide = new BigUint64Array(plane.buffer);
        for (const [bar, truth] of truths.entries()) {
          expect((wide[Math.floor(bar / 64)] >> BigInt(bar % 64)) & 1n).toBe(truth ? 1n : 0n);
        }
      }),
    );
  });

  it("combines bar by bar, into itself too, and keeps the bits past the last bar 0", () => {
    fc.assert(
      fc.property(anyBars, (bars) => {
        const [a, b] = [planeOf(bars.map(([x]) => x)), planeOf(bars.map(([, y]) => y))];
        const both = padded(bars.map(([x, y]) => x && y));
        const out = createPlane(bars.length);
        andPlanes(a, b, out);
        expect(bitsOf(out)).toEqual(both);
        const cleared = a.slice();
        clearPlane(cleared, b);
        expect(bitsOf(cleared)).toEqual(padded(bars.map(([x, y]) => x && !y)));
        const left = a.slice();
        andPlanes(left, b, left);
        const right = b.slice();
        andPlanes(a, right, right);
        expect([bitsOf(left), bitsOf(right)]).toEqual([both, both]);
      }),
    );
  });
});
