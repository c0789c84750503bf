import fc from "fast-check";
import { expect, it } from "vitest";
import type { FetchedJob } from "../../src/jobs/work-queue.ts";
import { Lanes } from "../../src/runner/lanes.ts";

const THREADS = 4;

function job(runId: string, priority: number, workers: number | null = null): FetchedJob {
  const hint = { kind: "end", runId, notBefore: null } as const;
  return { id: `${runId} job`, hint, priority, workers };
}

const never = new Promise<void>(() => {});

it("has room for two of a priority, and for what is more urgent than all but one", () => {
  const priorities = fc.array(fc.constantFrom(10, 20, 30, 40, 50), { maxLength: 40 });
  fc.assert(
    fc.property(priorities, (offered) => {
      const lanes = new Lanes(THREADS);
      const taken: number[] = [];
      for (const [i, priority] of offered.entries()) {
        const { above } = lanes.wanted();
        const asUrgent = taken.filter((each) => each >= priority).length;
        expect(above === null || priority > above).toBe(asUrgent < 2);
        if (asUrgent >= 2) continue;
        lanes.take(job(`run ${i}`, priority), never, () => {});
        taken.push(priority);
      }
      expect(taken.length).toBeLessThanOrEqual(10);
    }),
  );
});

it("takes no second chunk of a run that asks for fewer threads than there are", () => {
  const lanes = new Lanes(THREADS);
  lanes.take(job("whole", 30, THREADS), never, () => {});
  expect(lanes.wanted()).toEqual({ above: null, exceptRuns: [] });
  lanes.take(job("narrow", 30, 1), never, () => {});
  expect(lanes.wanted()).toEqual({ above: 30, exceptRuns: ["narrow"] });
});

it("tells of room when a lane ends", async () => {
  const lanes = new Lanes(THREADS);
  const first = Promise.withResolvers<void>();
  const { promise: room, resolve } = Promise.withResolvers<void>();
  lanes.take(job("one", 30), first.promise, resolve);
  lanes.take(job("two", 30), never, () => {});
  expect(lanes.wanted().above).toBe(30);
  first.resolve();
  await room;
  expect(lanes.wanted().above).toBeNull();
});
