import { expect, it } from "vitest";
import { noTimes } from "../../src/core/stages/phase-clock.ts";
import { RunClock } from "../../src/runner/run-clock.ts";

/** Work that ends when it is told to. */
function task(clock: RunClock, what: Parameters<RunClock["during"]>[0]) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const ended = clock.during(what, () => promise);
  return async () => {
    resolve();
    await ended;
  };
}

it("what a process does counts for all of its threads, unless they score meanwhile", async () => {
  let nowMs = 0;
  const clock = new RunClock("here", 3, () => nowMs);
  for (const what of ["load", "merge", "persist"] as const) {
    const end = task(clock, what);
    nowMs += 10;
    await end();
    nowMs += 1_000;
  }
  const threads = { here: 3 };
  const own = { ...noTimes(), load: 30, merge: 30, persist: 30 };
  expect(clock.take()).toEqual({ threadMs: own, threads });

  const merged = task(clock, "merge");
  nowMs += 5;
  const scored = task(clock, "scoring");
  nowMs += 100;
  await scored();
  nowMs += 7;
  const stored = task(clock, "persist");
  nowMs += 1;
  await merged();
  nowMs += 2;
  clock.add({ ...noTimes(), events: 300 });
  await stored();
  const both = { ...noTimes(), events: 300, merge: 3 * 13, persist: 3 * 2 };
  expect(clock.take()).toEqual({ threadMs: both, threads });
  expect(clock.take()).toEqual({ threadMs: noTimes(), threads });
});
