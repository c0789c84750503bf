import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { Durations } from "../../src/admission/durations.ts";
import { type OpenAdmission, openAdmission } from "../../src/admission/open-admission.ts";
import { SENSOR_NAMES, type SensorLines } from "../../src/admission/reading.ts";

const FAR = { recover: 1e8, warn: 1e9, open: 1e9 };
const lines = {
  ...(Object.fromEntries(SENSOR_NAMES.map((name) => [name, FAR])) as SensorLines),
  eventLoopDelayMs: { recover: 10, warn: 20, open: 100 },
};
let opened: OpenAdmission | null = null;
afterEach(() => opened?.close());

function open(breaches: number): OpenAdmission {
  const reins = { allow: () => {}, makeNice: () => {} };
  const breaker = { lines, breaches, coolDownMs: 60_000, maxCoolDownMs: 60_000 };
  opened = openAdmission({
    settings: { ...breaker, mode: "CONCURRENT", override: "AUTOMATIC", everyMs: 20 },
    pool: { size: 1, reins, threadMemory: () => [] },
    urgentFrom: 50,
    ...{ queries: new Durations(100), databaseWaits: new Durations(100) },
    databaseBytes: () => null,
  });
  return opened;
}

function holdUp(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

it("sees in the request itself that the event loop has been held up for long enough", () => {
  const { control } = open(5);
  expect(control.admit().isProbe).toBe(false);
  holdUp(150);
  expect(control.admit().isProbe, "it may be over").toBe(false);
  holdUp(150);
  // No timer has had its turn since: each time six looks were missed.
  expect(() => control.admit()).toThrow(/eventLoopDelayMs is \d+/);
  expect(control.breaker()).toMatchObject({ state: "OPEN", trips: 1 });
});

it("sees a loop whose turns are long though its looks come in time", async () => {
  const { control } = open(2);
  let isOver = false;
  const turn = () => {
    holdUp(120);
    isOver = control.breaker().state === "OPEN";
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await expect.poll(() => isOver).toBe(true);
  expect(control.breaker().reasons).toMatchObject([{ sensor: "eventLoopDelayMs", line: 100 }]);
});

it("lets a run begin after one long turn where that is no breach yet", async () => {
  const { control } = open(50);
  holdUp(150);
  expect(control.admit().isProbe).toBe(false);
  await sleep(60);
  expect(control.breaker()).toMatchObject({ state: "CLOSED", trips: 0 });
});
