import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PHASES, PhaseClock, type PhaseTimes } from "../../../src/core/stages/phase-clock.ts";
import { addSpent, runProfile } from "../../../src/core/stages/run-profile.ts";

const total = (times: PhaseTimes) => PHASES.reduce((sum, phase) => sum + times[phase], 0);

/** What a thread does next, and how long the last thing took. */
const anyStep = fc.record({
  ms: fc.integer({ min: 0, max: 1_000 }),
  phase: fc.constantFrom(...PHASES),
  does: fc.constantFrom("enter", "variants", "nested"),
});

describe("phase clock", () => {
  it("loses no time and makes none up, whatever a thread does", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 200 }), (steps) => {
        let nowMs = 5;
        const clock = new PhaseClock(() => nowMs);
        clock.enter("merge");
        for (const { ms, phase, does } of steps) {
          nowMs += ms;
          if (does === "enter") clock.enter(phase);
          else if (does === "variants") clock.enterVariants();
          else if (clock.looks()) clock.look(phase);
          else clock.back(clock.enter(phase));
        }
        expect(total(clock.take())).toBeCloseTo(nowMs - 5, 6);
        nowMs += 100;
        expect(total(clock.take())).toBe(0);
      }),
    );
  });

  it("gives a nested phase its own time, and goes back to the one around it", () => {
    let nowMs = 0;
    const clock = new PhaseClock(() => nowMs);
    clock.enter("atoms");
    nowMs = 3;
    const around = clock.enter("indicators");
    nowMs = 10;
    clock.back(around);
    nowMs = 12;
    expect(clock.take()).toMatchObject({ atoms: 5, indicators: 7, events: 0 });
  });

  it("shares the time of variants out as those it looks at spend theirs", () => {
    let nowMs = 0;
    const clock = new PhaseClock(() => nowMs);
    clock.enterVariants();
    for (let variant = 0; variant < 64; variant++) {
      if (!clock.looks()) {
        nowMs += 10;
        continue;
      }
      clock.look("atoms");
      nowMs += 2;
      clock.look("events");
      nowMs += 6;
      clock.look("metrics");
      nowMs += 2;
      clock.enterVariants();
    }
    const { atoms, events, metrics } = clock.take();
    expect(atoms).toBeCloseTo(0.2 * 640, 9);
    expect(events).toBeCloseTo(0.6 * 640, 9);
    expect(metrics).toBeCloseTo(0.2 * 640, 9);
  });
});

const anyTimes = fc
  .array(fc.integer({ min: 0, max: 10_000 }), {
    minLength: PHASES.length,
    maxLength: PHASES.length,
  })
  .map((ms) => Object.fromEntries(PHASES.map((phase, i) => [phase, ms[i]])) as PhaseTimes);
const anySpent = fc.record({
  threadMs: anyTimes,
  threads: fc.dictionary(fc.constantFrom("a", "b", "c"), fc.integer({ min: 1, max: 9 })),
});

describe("run profile", () => {
  it("adds up to the wall time, however many processes it comes from", () => {
    fc.assert(
      fc.property(fc.array(anySpent), fc.nat({ max: 100_000 }), (parts, wallMs) => {
        const spent = parts.reduce(addSpent, null);
        const profile = runProfile(spent, wallMs);
        expect(total(profile.phases) + profile.idleMs).toBeCloseTo(profile.wallMs, 6);
        expect(profile.idleMs).toBeGreaterThanOrEqual(0);
        const busy = parts.reduce((sum, { threadMs }) => sum + total(threadMs), 0);
        expect(total(profile.phases) * Math.max(profile.threads, 1)).toBeCloseTo(busy, 5);
        if (busy <= wallMs) expect(profile.wallMs).toBe(wallMs);
      }),
    );
  });
});
