import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Breaker, type BreakerSettings } from "../../src/admission/breaker.ts";
import {
  type Readings,
  SENSOR_NAMES,
  type SensorLines,
  type SensorName,
} from "../../src/admission/reading.ts";

const LINES = { recover: 10, warn: 20, open: 30 };
const linesOf = (more: Partial<SensorLines> = {}) =>
  ({
    ...Object.fromEntries(SENSOR_NAMES.map((name) => [name, LINES])),
    ...more,
  }) as SensorLines;
const SETTINGS: BreakerSettings = {
  lines: linesOf(),
  breaches: 3,
  coolDownMs: 1_000,
  maxCoolDownMs: 8_000,
};
const QUIET = Object.fromEntries(SENSOR_NAMES.map((name) => [name, 0])) as Readings;
const reading = (value: number | null, sensor: SensorName = "eventLoopDelayMs"): Readings => ({
  ...QUIET,
  [sensor]: value,
});

/** A breaker with a clock of its own; a reading every 100 ms. */
class Bench {
  nowMs = 0;
  readonly breaker: Breaker;

  constructor(settings: Partial<BreakerSettings> = {}) {
    this.breaker = new Breaker({ ...SETTINGS, ...settings }, 0);
  }

  read(...values: (number | null | Readings)[]): this {
    for (const value of values) {
      this.nowMs += 100;
      const readings = typeof value === "number" || value === null ? reading(value) : value;
      this.breaker.observe(this.nowMs, readings);
    }
    return this;
  }

  /** As long as `ms`, or until it is in another state. */
  readFor(ms: number, value: number): this {
    const { state } = this.breaker;
    for (let left = ms; left > 0 && this.breaker.state === state; left -= 100) this.read(value);
    return this;
  }

  admit() {
    return this.breaker.admit(this.nowMs);
  }
}

describe("a breaker", () => {
  it("opens after so many readings over the line in a row, and says why", () => {
    const bench = new Bench().read(30, 31, 29, 40, 50);
    expect(bench.breaker.state).toBe("CLOSED");
    bench.read(60);
    expect(bench.breaker.status()).toMatchObject({
      state: "OPEN",
      trips: 1,
      reasons: [{ sensor: "eventLoopDelayMs", value: 60, line: 30 }],
      opensUntilMs: bench.nowMs + 1_000,
    });
    expect(bench.admit()).toMatchObject({ admitted: false, retryAfterMs: 1_000 });
  });

  it("counts looks that a held-up event loop did not come to, for that sensor alone", () => {
    const seen = (readings: Readings, ...missed: number[]) => {
      const { breaker } = new Bench();
      for (const [i, count] of missed.entries()) breaker.observe(100 * i, readings, count);
      return breaker;
    };
    expect(seen(reading(30), 0, 0).state).toBe("CLOSED");
    expect(seen(reading(30), 0, 1).state).toBe("OPEN");
    expect(seen(reading(30), 1, 0).state).toBe("OPEN");
    expect(seen(reading(30), 1, 0).isSuspicious).toBe(false);
    expect(seen(reading(30), 99).state, "it may be over").toBe("CLOSED");
    expect(seen(reading(30), 99).isSuspicious).toBe(true);
    expect(seen(reading(29), 9, 9).isSuspicious).toBe(false);
    expect(seen(reading(99, "memoryPct"), 9, 9).state).toBe("CLOSED");
  });

  it("does not wait for another stall where that would be too late", () => {
    const state = (stallMs: number, missed: number, settings: Partial<BreakerSettings> = {}) => {
      const { breaker } = new Bench(settings).read(0);
      breaker.observe(1_000, reading(stallMs), missed);
      return breaker.state;
    };
    const lines = linesOf({ eventLoopDelayMs: { recover: 40, warn: 80, open: 500 } });
    expect(state(500, 4, { lines })).toBe("OPEN");
    expect(state(499, 4, { lines })).toBe("CLOSED");
    // At a line of 30 the second of two stalls of 240 ends 450 after the first was over it.
    expect([state(240, 2), state(241, 2)]).toEqual(["CLOSED", "OPEN"]);
    expect(state(900, 8, { breaches: 10 }), "by the settings it takes ten").toBe("CLOSED");
    const { breaker } = new Bench({ lines });
    breaker.observe(1_000, reading(900), 8);
    expect(breaker.state, "it has only just started").toBe("CLOSED");
  });

  it("needs one and the same sensor for it, and none that has nothing to say or no line", () => {
    const other = reading(99, "memoryPct");
    const bench = new Bench().read(99, other, 99, other, 99, null, 99, 99, QUIET);
    expect(bench.breaker.state).toBe("CLOSED");
    const lines = linesOf({ eventLoopDelayMs: { ...LINES, open: null } });
    expect(new Bench({ lines }).read(99, 99, 99, 99).breaker.state).toBe("CLOSED");
  });

  it("stays open between the lines, and lets one run through below them", () => {
    const bench = new Bench().read(99, 99, 99).readFor(5_000, 10);
    expect(bench.breaker.state).toBe("OPEN");
    bench.read(9);
    expect(bench.breaker.state).toBe("HALF_OPEN");
    const probe = bench.admit();
    expect(probe).toMatchObject({ admitted: true, probe: 1 });
    expect(bench.admit()).toMatchObject({ admitted: false });
    bench.breaker.settle(bench.nowMs, 1, "NOTHING");
    expect(bench.admit()).toMatchObject({ admitted: true, probe: 2 });
    bench.breaker.settle(bench.nowMs, 1, "GOOD");
    expect(bench.breaker.state).toBe("HALF_OPEN");
    bench.breaker.settle(bench.nowMs, 2, "GOOD");
    expect(bench.breaker.status()).toMatchObject({ state: "CLOSED", reasons: [], trips: 1 });
  });

  it("waits twice as long each time, up to the most, until it was closed for long", () => {
    const bench = new Bench().read(99, 99, 99);
    const waits: number[] = [];
    for (let n = 0; n < 5; n++) {
      waits.push(bench.breaker.status().opensUntilMs! - bench.nowMs);
      bench.readFor(20_000, 0);
      const { probe } = bench.admit() as { probe: number };
      bench.breaker.settle(bench.nowMs, probe, "BAD");
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 8_000]);
    expect(bench.breaker.status()).toMatchObject({ trips: 6, state: "OPEN" });
    bench.readFor(20_000, 0);
    const { probe } = bench.admit() as { probe: number };
    bench.breaker.settle(bench.nowMs, probe, "GOOD");
    bench.readFor(8_000, 0).read(0, 99, 99, 99);
    expect(bench.breaker.status().opensUntilMs! - bench.nowMs).toBe(1_000);
  });

  it("does as it is told, whatever is read, and counts none of that", () => {
    const bench = new Bench();
    bench.breaker.override(0, "OPEN");
    expect(bench.read(0, 0).admit()).toMatchObject({ admitted: false, reasons: [] });
    bench.breaker.override(bench.nowMs, "CLOSED");
    expect(bench.read(99, 99, 99, 99).admit()).toMatchObject({ admitted: true, probe: null });
    bench.breaker.override(bench.nowMs, "AUTOMATIC");
    expect(bench.read(99, 99).breaker.status()).toMatchObject({ state: "CLOSED", trips: 0 });
    expect(bench.read(99).breaker.status()).toMatchObject({ state: "OPEN", trips: 1 });
  });

  it("opens within half a second of a breach at a reading every tenth", () => {
    const bench = new Bench().readFor(5_000, 5);
    const begunMs = bench.nowMs;
    bench.readFor(5_000, 99);
    expect(bench.breaker.state).toBe("OPEN");
    expect(bench.nowMs - begunMs).toBeLessThan(500);
  });
});

type Step = "admit" | "settle" | { readonly value: number | null; readonly sensor: SensorName };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.constant<Step>("admit"),
    fc.constant<Step>("settle"),
    fc.record({
      value: fc.option(fc.integer({ min: 0, max: 40 }), { nil: null }),
      sensor: fc.constantFrom(...SENSOR_NAMES),
    }),
  ),
  { maxLength: 300 },
);

describe("whatever is read", () => {
  it("lets one probe through at a time, and counts what it opens", () => {
    const ends = fc.constantFrom("GOOD", "BAD", "NOTHING") as fc.Arbitrary<"GOOD">;
    fc.assert(
      fc.property(steps, fc.infiniteStream(ends), (taken, endings) => {
        const bench = new Bench({ coolDownMs: 300, maxCoolDownMs: 600 });
        let probe: number | null = null;
        let opened = 0;
        let before = bench.breaker.state;
        const count = () => {
          const { state } = bench.breaker;
          if (state === "OPEN" && before !== "OPEN") opened++;
          // A probe of before is none any more.
          if (state !== before) probe = null;
          before = state;
        };
        for (const step of taken) {
          if (step === "admit") {
            const { state } = bench.breaker;
            const admission = bench.admit();
            expect(admission.admitted).toBe(
              state === "CLOSED" || (state === "HALF_OPEN" && probe === null),
            );
            if (admission.admitted && admission.probe !== null) probe = admission.probe;
          } else if (step === "settle") {
            const settled = probe;
            probe = null;
            bench.breaker.settle(bench.nowMs, settled, endings.next().value!);
          } else {
            bench.read(reading(step.value, step.sensor));
          }
          count();
          expect(bench.breaker.status().trips).toBe(opened);
        }
      }),
    );
  });

  it("does not change between the lines", () => {
    const between = fc.array(fc.integer({ min: 10, max: 29 }), { maxLength: 200 });
    fc.assert(
      fc.property(fc.boolean(), between, (isOpen, values) => {
        const bench = new Bench();
        if (isOpen) bench.read(99, 99, 99);
        const { state } = bench.breaker;
        for (const value of values) {
          bench.read(value);
          expect(bench.breaker.state).toBe(state);
        }
      }),
    );
  });
});
