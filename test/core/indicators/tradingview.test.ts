import { it } from "vitest";
import { describeGolden } from "../../support/golden.ts";
import { expectAgreement } from "../../support/outside/agreement.ts";
import { tradingViewCases } from "../../support/outside/tradingview-columns.ts";

const CASES = tradingViewCases();

describeGolden("indicators against TradingView", `${CASES.length} columns`, () => {
  it.for(CASES.map((outside) => [outside.title, outside] as const))("%s", ([, outside]) => {
    expectAgreement(outside);
  });
});
