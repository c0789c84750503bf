import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LEAST_SHARE, LONGEST_HOLD_MS, Turns } from "../../src/pool/turns.ts";

/** An order that works in slices and offers to give way after each. */
interface Work {
  readonly no: number;
  readonly urgency: number;
  readonly atMs: number;
  readonly slices: number;
}

const SLICE_MS = 8;

const works = fc
  .array(
    fc.record({ urgency: fc.integer({ min: 0, max: 4 }), slices: fc.integer({ min: 1, max: 40 }) }),
    { minLength: 1, maxLength: 12 },
  )
  .chain((all) =>
    fc.tuple(
      ...all.map((work) => fc.integer({ min: 0, max: 400 }).map((atMs) => ({ ...work, atMs }))),
    ),
  )
  .map((all) => all.toSorted((a, b) => a.atMs - b.atMs).map((work, no) => ({ ...work, no })));

/** Performs orders that come at their times; tells who had each slice, and when. */
function performed(all: readonly Work[]) {
  let nowMs = 0;
  let depth = 0;
  let deepest = 0;
  const coming = [...all];
  const slices: { readonly no: number; readonly atMs: number }[] = [];
  const ends: number[] = [];
  const arrive = () => {
    while (coming.length > 0 && coming[0].atMs <= nowMs) turns.add(coming.shift()!);
  };
  const turns = new Turns<Work>(
    (work) => {
      deepest = Math.max(deepest, ++depth);
      for (let slice = 0; slice < work.slices; slice++) {
        slices.push({ no: work.no, atMs: nowMs });
        nowMs += SLICE_MS;
        arrive();
        turns.giveWay();
      }
      ends[work.no] = nowMs;
      depth--;
    },
    () => nowMs,
  );
  while (coming.length > 0) {
    nowMs = Math.max(nowMs, coming[0].atMs);
    arrive();
    turns.run();
  }
  return { slices, ends, deepest, awayMs: turns.awayMs, nowMs };
}

describe("turns of a thread", () => {
  it("do every slice of every order once", () => {
    fc.assert(
      fc.property(works, (all) => {
        const { slices, awayMs, nowMs } = performed(all);
        const counts = all.map(({ no }) => slices.filter((slice) => slice.no === no).length);
        expect(counts).toEqual(all.map((work) => work.slices));
        expect(awayMs).toBeLessThanOrEqual(nowMs);
      }),
    );
  });

  it("begin an urgent order within a slice and the longest hold where none is as urgent", () => {
    fc.assert(
      fc.property(works, (all) => {
        const { slices, ends } = performed(all);
        for (const work of all) {
          const rivals = all.filter(
            (other) => other.no !== work.no && other.urgency >= work.urgency,
          );
          const before = rivals.filter(
            ({ no, atMs }) =>
              atMs <= work.atMs + LONGEST_HOLD_MS + SLICE_MS && ends[no] > work.atMs,
          );
          if (before.length > 0) continue;
          const begun = slices.find(({ no }) => no === work.no)!.atMs;
          const holders = all.filter(({ urgency }) => urgency < work.urgency).length;
          expect(begun - work.atMs).toBeLessThanOrEqual(
            SLICE_MS + Math.min(holders, 4) * (LONGEST_HOLD_MS + SLICE_MS),
          );
        }
      }),
    );
  });

  it("nest no deeper than there are urgencies", () => {
    fc.assert(
      fc.property(works, (all) => {
        const urgencies = new Set(all.map(({ urgency }) => urgency));
        expect(performed(all).deepest).toBeLessThanOrEqual(urgencies.size);
      }),
    );
  });

  it("keep to the order of coming within one urgency", () => {
    fc.assert(
      fc.property(works, (all) => {
        const { slices } = performed(all);
        const begun = [...new Set(slices.map(({ no }) => no))];
        for (const urgency of new Set(all.map((work) => work.urgency))) {
          const ofUrgency = begun.filter((no) => all[no].urgency === urgency);
          expect(ofUrgency).toEqual(ofUrgency.toSorted((a, b) => a - b));
        }
      }),
    );
  });

  it("leave a share to what gave way, however many urgent orders come", () => {
    const stream = Array.from({ length: 200 }, (_, i) => ({
      ...{ no: i + 1, urgency: 4, atMs: 1, slices: 20 },
    }));
    const { slices, ends } = performed([{ no: 0, urgency: 0, atMs: 0, slices: 100 }, ...stream]);
    const withinMs = (100 * SLICE_MS) / LEAST_SHARE;
    expect(ends[0]).toBeLessThan(1.2 * withinMs);
    expect(ends[0]).toBeLessThan(Math.max(...ends));
    expect(slices.at(-1)!.no).not.toBe(0);
  });
});
