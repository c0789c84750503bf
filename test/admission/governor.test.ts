import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EXECUTION_MODES, type ExecutionMode, Governor } from "../../src/admission/governor.ts";
import { type Readings, SENSOR_NAMES, type SensorLines } from "../../src/admission/reading.ts";

const LINES = Object.fromEntries(
  SENSOR_NAMES.map((name) => [name, { recover: 10, warn: 20, open: 30 }]),
) as SensorLines;
const QUIET = Object.fromEntries(SENSOR_NAMES.map((name) => [name, 0])) as Readings;

/** A governor of eight threads that is asked every 100 ms. */
class Bench {
  nowMs = 0;
  mode: ExecutionMode;
  readonly #governor: Governor;

  constructor(mode: ExecutionMode, sharedThreads = 8) {
    this.mode = mode;
    this.#governor = new Governor({ lines: LINES, threads: 8, sharedThreads });
  }

  /** Threads allowed after each of so many readings. */
  read(times: number, readings: Partial<Readings> = {}, breaker: "OPEN" | "CLOSED" = "CLOSED") {
    return this.reins(times, readings, breaker).map(({ allowed }) => allowed);
  }

  reins(times: number, readings: Partial<Readings>, breaker: "OPEN" | "CLOSED" = "CLOSED") {
    return Array.from({ length: times }, () => {
      this.nowMs += 100;
      return this.#governor.rein(this.nowMs, this.mode, { ...QUIET, ...readings }, breaker);
    });
  }
}

describe("a governor", () => {
  it("halves the threads while a warning lasts, and gives them back one by one", () => {
    const bench = new Bench("CONCURRENT");
    expect(bench.read(8, { memoryPct: 25 })).toEqual([8, 4, 4, 2, 2, 1, 1, 1]);
    expect(bench.read(20, { memoryPct: 15 }).every((allowed) => allowed === 1)).toBe(true);
    expect(bench.read(22).filter((allowed, i, all) => allowed !== all[i - 1])).toEqual([1, 2, 3]);
    expect(bench.read(1, { memoryPct: 25 })).toEqual([3]);
  });

  it("leaves one while the breaker is open", () => {
    const bench = new Bench("STANDALONE");
    expect(bench.read(2, {}, "OPEN")).toEqual([1, 1]);
    expect(bench.read(100).at(-1)).toBe(8);
  });

  it("leaves a core where threads cannot be nicer, but for sweeps that stand alone", () => {
    expect(new Bench("CONCURRENT", 7).read(30)).toEqual(Array(30).fill(7));
    expect(new Bench("STANDALONE", 7).read(1)).toEqual([8]);
  });

  it("puts threads behind the process in every mode, least where they get all", () => {
    const nice = (mode: ExecutionMode) =>
      new Governor({ lines: LINES, threads: 8, sharedThreads: 8 }).rein(0, mode, QUIET, "CLOSED")
        .nice;
    expect(EXECUTION_MODES.map(nice)).toEqual([5, 10, 10]);
  });

  it("thinks of nobody who waits for the API in STANDALONE", () => {
    const slow = { apiLatencyMs: 99, eventLoopDelayMs: 99 };
    expect(new Bench("STANDALONE").read(20, slow).at(-1)).toBe(8);
    expect(new Bench("CONCURRENT").read(20, slow).at(-1)).toBe(1);
  });

  it("stops everything at once in PRIORITY_LIVE while the API is slow, but for a tenth", () => {
    const bench = new Bench("PRIORITY_LIVE");
    const yielded = bench.read(60, { apiLatencyMs: 25 });
    expect(yielded[0]).toBe(0);
    expect(new Set(yielded)).toEqual(new Set([0, 1]));
    expect(yielded.filter((allowed) => allowed === 1)).toHaveLength(6);
    // Between the lines it goes on yielding; below them the sweeps come back.
    expect(bench.read(1, { apiLatencyMs: 15 })[0]).toBeLessThan(2);
    expect(bench.read(1)[0]).toBeGreaterThan(0);
    expect(bench.read(100).at(-1)).toBe(8);
  });

  it("lets what is urgent go on in PRIORITY_LIVE as in CONCURRENT, however slow the API is", () => {
    const urgent = (mode: ExecutionMode) =>
      new Bench(mode).reins(40, { apiLatencyMs: 25 }).map((rein) => rein.urgent);
    expect(urgent("PRIORITY_LIVE")).toEqual(urgent("CONCURRENT"));
    expect(new Set(urgent("CONCURRENT"))).toEqual(new Set([8, 4, 2, 1]));
  });

  it("never lets a sweep stand still for ever, nor more threads score than there are", () => {
    const value = fc.integer({ min: 0, max: 40 });
    const readings = fc.record(
      Object.fromEntries(SENSOR_NAMES.map((name) => [name, value])),
    ) as unknown as fc.Arbitrary<Readings>;
    const breaker = fc.constantFrom("OPEN" as const, "CLOSED" as const);
    const looks = fc.array(fc.tuple(readings, breaker), { minLength: 20, maxLength: 100 });
    fc.assert(
      fc.property(fc.constantFrom(...EXECUTION_MODES), looks, (mode, taken) => {
        const bench = new Bench(mode);
        const allowed = taken.flatMap(([read, state]) => bench.read(1, read, state));
        expect(Math.max(...allowed)).toBeLessThanOrEqual(8);
        // Two seconds of readings have two at which one may score.
        for (let i = 0; i + 20 <= allowed.length; i++) {
          expect(Math.max(...allowed.slice(i, i + 20))).toBeGreaterThan(0);
        }
      }),
    );
  });
});
