import fc from "fast-check";
import { expect, it } from "vitest";
import { RankCounter } from "../../../src/core/series/rank-counter.ts";

const values = fc.constantFrom(-3, -1.5, 0, 0.25, 2, 7, Number.NaN, Number.POSITIVE_INFINITY);
const series = fc.array(values, { minLength: 1, maxLength: 40, size: "max" });

it("counts as a plain list does, whatever is added and removed", () => {
  const steps = fc.array(fc.tuple(fc.nat(), fc.boolean()), { maxLength: 60, size: "max" });
  fc.assert(
    fc.property(series, steps, (given, moves) => {
      const counter = new RankCounter(Float64Array.from(given));
      const counted: number[] = [];
      for (const [at, adds] of moves) {
        const t = at % given.length;
        if (counter.isAbsent(t)) continue;
        const place = counted.indexOf(given[t]);
        if (adds) {
          counter.count(t, 1);
          counted.push(given[t]);
        } else if (place >= 0) {
          counter.count(t, -1);
          counted.splice(place, 1);
        }
      }
      given.forEach((value, t) => {
        expect(counter.isAbsent(t)).toBe(!Number.isFinite(value));
        if (counter.isAbsent(t)) return;
        expect(counter.atOrBelow(t)).toBe(counted.filter((other) => other <= value).length);
      });
    }),
    { numRuns: 300 },
  );
});
