import { expect, it } from "vitest";
import { describeGolden } from "../../support/golden.ts";
import { expectAgreement } from "../../support/outside/agreement.ts";
import { seedParityCases } from "../../support/outside/seed-parity-cases.ts";

const TITLE = "indicators against a foreign engine";
const FILES = 117;
const IDS = 64;
const CASES = seedParityCases();

describeGolden(TITLE, `${FILES} files of seed-parity/indicators`, () => {
  it("is asked for every id", () => {
    expect(CASES).toHaveLength(FILES);
    expect(new Set(CASES.map(({ fixtureId }) => fixtureId)).size).toBe(IDS);
  });

  it.for(CASES.map((outside) => [outside.title, outside] as const))("%s", ([, outside]) => {
    expectAgreement(outside);
  });
});
