import { expect, it } from "vitest";
import { describeGolden, listGolden, readGoldenJson } from "../../support/golden.ts";
import { compareStaged } from "../../support/staged-comparison.ts";
import { STAGED_EXCEPTIONS } from "../../support/staged-exceptions.ts";
import type { StagedRun } from "../../support/staged-runs.ts";

const FOLDER = "seed-parity/staged";
const FILES = listGolden(FOLDER);
const RUNS = 16;

describeGolden("staged runs of seed-parity (float64Twin)", `${RUNS} staged runs`, () => {
  it("are all there, and the exceptions among them", () => {
    const ids = FILES.map((file) => file.replace(/\.json$/, ""));
    expect(ids).toHaveLength(RUNS);
    expect(ids).toEqual(expect.arrayContaining(Object.keys(STAGED_EXCEPTIONS)));
  });

  for (const file of FILES) {
    const run = readGoldenJson<StagedRun>(`${FOLDER}/${file}`);
    const exception = STAGED_EXCEPTIONS[run.id];
    const title = exception === undefined ? "" : `, but ${exception.differing} rows explained`;
    it(`${run.id}: every row and metric${title}`, () => {
      const { faults, rows, replayed } = compareStaged(run);
      expect(faults).toEqual([]);
      const { stageAAll, shortlist, top } = run.float64Twin;
      const listed = (stageAAll ?? shortlist).length + top.length;
      // A row that lies beyond a tie at the cut is replayed instead of looked up.
      expect(rows).toBeGreaterThanOrEqual(listed - replayed);
      if (exception !== undefined) expect(replayed).toBeGreaterThanOrEqual(exception.differing);
    });
  }
});
