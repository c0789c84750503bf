import fc from "fast-check";
import { expect, it } from "vitest";
import { AccountRules } from "../../../src/core/execution/account.ts";
import { type BitPlane, planeBit } from "../../../src/core/series/bit-plane.ts";
import { backendFactory } from "../../../src/kernels/backend-factory.ts";
import { parseRunRequest } from "../../../src/plan/parse-request.ts";
import { describeEachKernel } from "../../support/kernel-suites.ts";
import { CROSS_REQUEST } from "../../support/request-samples.ts";

const rules = new AccountRules(parseRunRequest(CROSS_REQUEST).execution);

/** Two truths a bar, some of them the same for long: a latch then holds over many words. */
const anyBars = fc
  .array(
    fc.record({
      bars: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 150 })),
      a: fc.boolean(),
      b: fc.boolean(),
    }),
    { maxLength: 30, size: "max" },
  )
  .map((runs) => runs.flatMap(({ bars, a, b }) => new Array(bars).fill([a, b] as const)));

describeEachKernel("operations on planes", (kernels) => {
  it("are those on plain lists, into one of their operands too, and 0 past the last bar", () => {
    fc.assert(
      fc.property(anyBars, fc.constantFrom("new", "a", "b"), (truths, target) => {
        const bars = truths.length;
        const zeros = new Float64Array(bars);
        const prices = { open: zeros, high: zeros, low: zeros, close: zeros };
        const market = { ...prices, openTimes: zeros, timeframeMs: 1 };
        const backend = backendFactory(kernels)(rules, market);
        const planeOf = (side: 0 | 1) => {
          const plane = backend.plane(bars);
          truths.forEach((truth, t) => {
            if (truth[side]) plane[t >>> 5] |= 1 << (t & 31);
          });
          return plane;
        };
        const check = (
          operate: (a: BitPlane, b: BitPlane, out: BitPlane) => void,
          expected: readonly boolean[],
        ) => {
          const [a, b] = [planeOf(0), planeOf(1)];
          const out = target === "new" ? backend.plane(bars) : target === "a" ? a : b;
          operate(a, b, out);
          const bits = Array.from({ length: out.length * 32 }, (_, t) => planeBit(out, t));
          expect(bits).toEqual(bits.map((_, t) => expected[t] ?? false));
        };
        check(
          (a, b, out) => backend.combine("and", a, b, out),
          truths.map(([a, b]) => a && b),
        );
        check(
          (a, b, out) => backend.combine("or", a, b, out),
          truths.map(([a, b]) => a || b),
        );
        check(
          (a, _, out) => backend.not(a, out),
          truths.map(([a]) => !a),
        );
        let holds = false;
        check(
          (a, b, out) => backend.latch(a, b, out),
          truths.map(([set, reset]) => {
            holds = set || (holds && !reset);
            return holds;
          }),
        );
      }),
      { numRuns: 300 },
    );
  });
});
