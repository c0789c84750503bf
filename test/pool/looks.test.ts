import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Looks } from "../../src/pool/looks.ts";
import { SLICE_MS } from "../../src/pool/slice-size.ts";

/** Variants that are scored together, as a row of a risk grid is, and what each takes. */
const anyRows = fc.record({
  variants: fc.integer({ min: 1, max: 200 }),
  variantMs: fc.double({ min: 1e-4, max: 20, noNaN: true }),
});

describe("looks within a slice", () => {
  it("come at the first row that is over a slice's time since the last", () => {
    fc.assert(
      fc.property(anyRows, ({ variants, variantMs }) => {
        const rowMs = variants * variantMs;
        let nowMs = 0;
        const looks = new Looks(() => nowMs);
        let fresh = 0;
        let lookedMs = 0;
        for (let row = 0; row < 100; row++) {
          nowMs += rowMs;
          fresh += variants;
          if (!looks.isDue(fresh)) continue;
          looks.took(fresh);
          expect(nowMs - lookedMs).toBeLessThanOrEqual(SLICE_MS + rowMs + 1e-6);
          // What others do meanwhile is no part of it.
          nowMs += 50;
          looks.begin();
          lookedMs = nowMs;
          fresh = 0;
        }
        expect(nowMs - lookedMs).toBeLessThanOrEqual(SLICE_MS + rowMs + 1e-6);
      }),
    );
  });

  it("are no further apart than a thousand variants, and need no time to pass", () => {
    const looks = new Looks(() => 0);
    expect(looks.isDue(1)).toBe(true);
    looks.took(1);
    expect([999, 1_000].map((variants) => looks.isDue(variants))).toEqual([false, true]);
  });
});
