import { it } from "vitest";
import { describeGolden } from "../../support/golden.ts";
import { expectAgreement } from "../../support/outside/agreement.ts";
import { stockIndicatorsCases } from "../../support/outside/stock-indicators-columns.ts";

const CASES = stockIndicatorsCases();

describeGolden("indicators against Stock.Indicators", `${CASES.length} columns`, () => {
  it.for(CASES.map((outside) => [outside.title, outside] as const))("%s", ([, outside]) => {
    expectAgreement(outside);
  });
});
