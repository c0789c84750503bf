import { describe, expect, it } from "vitest";
import { translatePath } from "../../src/graphql/path-map.ts";

describe("translatePath", () => {
  const map = [
    { canonical: "", graphql: "input.request" },
    { canonical: "strategy.indicators.fast", graphql: "input.request.strategy.indicators[0]" },
    {
      canonical: "strategy.indicators.fast.params.window",
      graphql: "input.request.strategy.indicators[0].params[1]",
      inside: "axis.range",
    },
    { canonical: "strategy.indicators.fa", graphql: "input.request.strategy.indicators[1]" },
  ];

  it.each([
    ["", "input.request"],
    ["topK", "input.request.topK"],
    ["strategy.signals.0.rule", "input.request.strategy.signals[0].rule"],
    ["strategy.signals[0].rule", "input.request.strategy.signals[0].rule"],
    ["strategy.indicators.fast.id", "input.request.strategy.indicators[0].id"],
    ["strategy.indicators.fa.id", "input.request.strategy.indicators[1].id"],
    ["strategy.indicators.fast.params.window", "input.request.strategy.indicators[0].params[1]"],
    ["strategy.indicators.faster", "input.request.strategy.indicators.faster"],
    [
      "strategy.indicators.fast.params.window.step",
      "input.request.strategy.indicators[0].params[1].axis.range.step",
    ],
    [
      "strategy.indicators.fast.params.window.3",
      "input.request.strategy.indicators[0].params[1].axis.range[3]",
    ],
  ])("%s", (canonical, graphql) => {
    expect(translatePath(canonical, map)).toBe(graphql);
  });

  it("keeps a path that no entry knows", () => {
    expect(translatePath("a.0.b", [])).toBe("a[0].b");
  });
});
