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

/** What is done without a longer pause than it makes itself; a busy machine may need some tries. */
function unheld<T>(ms: number, work: () => T): T {
  for (let left = 100; ; left--) {
    const startMs = performance.now();
    const done = work();
    if (left === 0 || performance.now() - startMs < ms + 50) return done;
    opened?.close();
  }
}

/** Whether a run may begin; otherwise why not. */
function answerOf({ control }: OpenAdmission): string {
  try {
    return control.admit().isProbe ? "as a probe" : "admitted";
  } catch (error) {
    return (error as Error).message;
  }
}

it("sees in the request itself that the event loop has been held up for long enough", () => {
  const { answers, breaker } = unheld(300, () => {
    const admission = open(5);
    const answers = [answerOf(admission)];
    for (let turn = 0; turn < 2; turn++) {
      holdUp(150);
      answers.push(answerOf(admission));
    }
    return { answers, breaker: admission.control.breaker() };
  });
  // After the first it may be over. No timer has had its turn: each time six looks were missed.
  expect(answers.slice(0, 2)).toEqual(["admitted", "admitted"]);
  expect(answers[2]).toMatch(/eventLoopDelayMs is \d+/);
  expect(breaker).toMatchObject({ state: "OPEN", trips: 1 });
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
  // Half a minute of looks: no pause of a busy machine is as long.
  const admission = open(1_500);
  holdUp(150);
  expect(answerOf(admission)).toBe("admitted");
  await sleep(60);
  expect(admission.control.breaker()).toMatchObject({ state: "CLOSED", trips: 0 });
});
