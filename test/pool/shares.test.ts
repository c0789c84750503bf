import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Span } from "../../src/core/stages/stage-output.ts";
import { Shares } from "../../src/pool/shares.ts";

/** Which thread takes next, and how much it wants at most. */
const anyTurns = fc.array(fc.tuple(fc.nat(7), fc.integer({ min: 1, max: 9 })), { minLength: 1 });

function sharesOf(threads: number, count: number): Shares {
  return new Shares(new BigInt64Array(new SharedArrayBuffer(threads * 8)), count);
}

describe("shares", () => {
  it("give every piece to one thread, whoever takes how many when", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.nat(200),
        anyTurns,
        (threads, count, turns) => {
          const shares = sharesOf(threads, count);
          const taken = new Uint8Array(count);
          let left = count;
          const take = (thread: number, most: number): Span | null => {
            const span = shares.take(thread, most);
            for (let piece = span?.from ?? 0; piece < (span?.to ?? 0); piece++) taken[piece]++;
            if (span === null) return null;
            expect(span.to - span.from).toBeGreaterThan(0);
            expect(span.to - span.from).toBeLessThanOrEqual(most);
            expect(span.soon).toBeGreaterThanOrEqual(span.to);
            left -= span.to - span.from;
            expect(shares.left).toBe(left);
            return span;
          };
          for (const [thread, most] of turns) take(thread % threads, most);
          while (take(turns[0][0] % threads, turns[0][1]) !== null);
          expect(left).toBe(0);
          expect(taken.every((times) => times === 1)).toBe(true);
        },
      ),
    );
  });

  it("keep a thread in its own range, then take half of what another has left from its end", () => {
    const shares = sharesOf(2, 20);
    expect(shares.take(1, 4)).toEqual({ from: 10, to: 14, soon: 20 });
    expect(shares.take(1, 4)).toEqual({ from: 14, to: 18, soon: 20 });
    expect(shares.take(1, 4)).toEqual({ from: 18, to: 20, soon: 20 });
    expect(shares.take(0, 3)).toEqual({ from: 0, to: 3, soon: 10 });
    expect(shares.take(1, 4)).toEqual({ from: 6, to: 10, soon: 10 });
    expect(shares.take(1, 4)).toEqual({ from: 4, to: 6, soon: 6 });
    expect(shares.take(0, 3)).toEqual({ from: 3, to: 4, soon: 4 });
    expect(shares.take(0, 3)).toBeNull();
  });
});
