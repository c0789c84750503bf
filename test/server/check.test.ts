import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { post } from "./graphql-client.ts";
import { crossRequest, FAILURES, SMALL } from "./requests.ts";
import { TestService } from "./test-service.ts";

const CHECK = `query ($request: RunRequestInput!, $seed: SafeInt) {
  checkStrategy(request: $request, seed: $seed) {
    ... on StrategyCheck {
      estimate { planHash stageAVariants }
      lookahead {
        passed seed variants cuts comparedBars sidedBars
        findings { what output variantIndex future lastKnown moved }
      }
      warmup {
        passed warmupBars bars
        needs { indicator output undefinedBars settledBars params { name number text } }
      }
    }
    ${FAILURES}
  }
}`;

const EXPRESSIONS = {
  expressions: {
    long: "crossover(ema(close, $fast), ema(close, $slow)) and obv() > obv()[1]",
    exitLong: "rsi(close, 14) > $hot",
  },
  parameters: [
    { name: "fast", axis: { numbers: [5, 8] } },
    { name: "slow", axis: { range: { start: 20, stop: 40, step: 10 } } },
    { name: "hot", axis: { number: 70 } },
  ],
  constraint: "fast < slow",
};

describe("checkStrategy", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.start();
    await service.importSynthetic("hours", 3_000);
  });
  afterAll(async () => {
    expect(service.errors).toEqual([]);
    await service[Symbol.asyncDispose]();
  });

  const check = async (variables: object) => {
    const { data, errors } = await post(service.url, CHECK, variables);
    expect(errors).toBeUndefined();
    return data.checkStrategy;
  };

  it("tells of look-ahead and warm-up, the same for the same seed", async () => {
    const request = { ...crossRequest("hours", SMALL), strategy: EXPRESSIONS };
    const found = await check({ request, seed: 4 });
    expect(found.estimate.stageAVariants).toBe(6);
    expect(found.lookahead).toMatchObject({ passed: true, seed: 4, cuts: 16, findings: [] });
    expect(found.lookahead.sidedBars).toBeGreaterThan(100);
    const [first, second] = found.warmup.needs;
    expect(first).toMatchObject({ indicator: "volume.obv", output: "obv", settledBars: null });
    expect(second.settledBars).toBeGreaterThan(second.undefinedBars);
    expect(second.params).toContainEqual({ name: "source", number: null, text: "close" });
    expect(found.warmup.passed).toBe(false);
    expect(await check({ request, seed: 4 })).toEqual(found);
  });

  it("refuses what cannot be planned, by the place it was asked for", async () => {
    const request = crossRequest("hours", SMALL);
    const long = { ...EXPRESSIONS, expressions: { long: "close > ema(close, $fats)" } };
    expect(await check({ request: { ...request, strategy: long } })).toMatchObject({
      __typename: "ValidationError",
      path: "request.strategy.expressions.long",
      message: expect.stringContaining("unknown parameter $fats, did you mean $fast? (column 20)"),
    });
    expect(await check({ request, seed: -1 })).toMatchObject({
      __typename: "ValidationError",
      path: "seed",
    });
    expect(await check({ request: crossRequest("nowhere", SMALL) })).toMatchObject({
      __typename: "NotFound",
    });
  });
});
