import { describe, expect, it } from "vitest";
import { UserError } from "../../src/core/user-error.ts";
import { toCanonicalRequest, translatingPaths } from "../../src/graphql/request-mapping.ts";
import type { RunRequestArg } from "../../src/graphql/schema/request-inputs.ts";
import { parseRunRequest } from "../../src/plan/parse-request.ts";

const sma = (name: string, window: object) => ({
  name,
  id: "ma.sma",
  params: [{ name: "window", axis: window }],
});

function request(overrides: object = {}): RunRequestArg {
  const strategy = { indicators: [sma("fast", { number: 5 })] };
  return { dataset: "d", strategy, ...overrides } as RunRequestArg;
}

describe("a request as GraphQL input", () => {
  it("becomes what a preset would say", () => {
    const input = request({
      timeframe: "4h",
      range: { start: new Date("2024-01-31T00:00:00Z"), end: null },
      warmupBars: null,
      strategy: {
        indicators: [
          sma("fast", { range: { start: 2, stop: 10, step: 2 } }),
          { name: "rsi", id: "osc.rsi", params: [{ name: "source", axis: { texts: ["hl2"] } }] },
        ],
        signals: [{ rule: "cross", of: "fast", against: "rsi", params: null }],
        constraint: null,
      },
      execution: { feePct: 0.1, sizing: null, fillMode: "INTRABAR", entryDelayBars: 2 },
      risk: {
        stopLossPct: { percents: [null, 1, 2.5] },
        trailingStopPct: { percent: 3 },
        takeProfitPct: null,
      },
      ranking: { primary: { metric: "sharpe", direction: null }, secondary: null },
      schedule: { workers: 2 },
      topK: 7,
    });
    expect(toCanonicalRequest(input, "request").request).toEqual({
      dataset: "d",
      timeframe: "4h",
      range: { start: "2024-01-31T00:00:00.000Z" },
      strategy: {
        indicators: {
          fast: { id: "ma.sma", params: { window: { start: 2, stop: 10, step: 2 } } },
          rsi: { id: "osc.rsi", params: { source: ["hl2"] } },
        },
        signals: [{ rule: "cross", of: "fast", against: "rsi" }],
      },
      execution: { feePct: 0.1, fillMode: "INTRABAR", entryDelayBars: 2 },
      risk: { stopLossPct: ["off", 1, 2.5], trailingStopPct: 3 },
      ranking: { primary: { metric: "sharpe" } },
      schedule: { workers: 2 },
      topK: 7,
    });
  });

  it("passes the schema of requests with defaults filled in", () => {
    const parsed = parseRunRequest(toCanonicalRequest(request(), "request").request);
    expect(parsed).toMatchObject({ topK: 300, risk: { stopLossPct: "off" } });
  });

  it.each([
    [{ topK: 0 }, "in.topK"],
    [{ dataset: "" }, "in.dataset"],
    [{ schedule: { workers: 0 } }, "in.schedule.workers"],
    [{ execution: { slippagePct: 100 } }, "in.execution.slippagePct"],
    [{ execution: { entryDelayBars: -1 } }, "in.execution.entryDelayBars"],
    [{ execution: { fundingLongPctPerBar: 101 } }, "in.execution.fundingLongPctPerBar"],
    [
      { strategy: { indicators: [sma("ok", { number: 1 }), sma("1bad", { number: 5 })] } },
      "in.strategy.indicators[1]",
    ],
    [{ strategy: { indicators: [sma("a", { number: 1 })], signals: [] } }, "in.strategy.signals"],
    [{ label: "x".repeat(201) }, "in.label"],
  ])("is complained about by the path of the user's field: %j", async (overrides, path) => {
    const refused = translatingPaths(request(overrides), "in", async (canonical) =>
      parseRunRequest(canonical),
    );
    await expect(refused).rejects.toMatchObject({ code: "VALIDATION", complaints: [{ path }] });
  });

  it("leads complaints about a value into the form it was given in", async () => {
    const input = request({
      strategy: { indicators: [sma("a", { number: 1 }), sma("b", { numbers: [1, 2] })] },
      risk: {
        stopLossPct: { range: { start: 1, stop: 2, step: 0 } },
        trailingStopPct: { percents: [-1, 2] },
      },
    });
    const complaints = [
      "strategy.indicators.b.params.window.1",
      "risk.stopLossPct.step",
      "risk.trailingStopPct.0",
    ].map((path) => ({ path, message: "", value: null, bound: null }));
    const refused = translatingPaths(input, "in", async () => {
      throw new UserError("VALIDATION", complaints);
    });
    await expect(refused).rejects.toMatchObject({
      complaints: [
        { path: "in.strategy.indicators[1].params[0].axis.numbers[1]" },
        { path: "in.risk.stopLossPct.range.step" },
        { path: "in.risk.trailingStopPct.percents[0]" },
      ],
    });
  });

  it("has expressions and their parameters where a preset has them", async () => {
    const parameter = (name: string, axis: object) => ({ name, axis });
    const input = request({
      strategy: {
        expressions: { long: "close > open[$a]", exitLong: null, short: "close < $b" },
        parameters: [parameter("a", { number: 2 }), parameter("b", { numbers: [1, 1] })],
        indicators: null,
        signals: null,
      },
    });
    expect(toCanonicalRequest(input, "in").request.strategy).toEqual({
      expressions: { long: "close > open[$a]", short: "close < $b" },
      parameters: { a: 2, b: [1, 1] },
    });
    const paths = ["strategy.parameters.b.1", "strategy.expressions.short"];
    const refused = translatingPaths(input, "in", async () => {
      throw new UserError(
        "VALIDATION",
        paths.map((path) => ({ path, message: "", value: null, bound: null })),
      );
    });
    await expect(refused).rejects.toMatchObject({
      complaints: [
        { path: "in.strategy.parameters[1].axis.numbers[1]" },
        { path: "in.strategy.expressions.short" },
      ],
    });
    const twice = {
      ...input.strategy,
      parameters: [parameter("a", { number: 1 }), parameter("a", { number: 1 })],
    };
    const doubled = request({ strategy: twice });
    expect(() => toCanonicalRequest(doubled, "in")).toThrow("in.strategy.parameters[1].name");
  });

  it("refuses names that a record cannot hold, all at once", () => {
    const twice = { name: "window", axis: { number: 3 } };
    const input = request({
      strategy: {
        indicators: [
          { name: "a", id: "ma.sma", params: [twice, twice] },
          sma("a", { number: 1 }),
          sma("__proto__", { number: 1 }),
          sma("", { number: 1 }),
        ],
      },
    });
    expect(() => toCanonicalRequest(input, "in")).toThrow(UserError);
    try {
      toCanonicalRequest(input, "in");
    } catch (error) {
      expect((error as UserError).complaints.map((c) => c.path)).toEqual([
        "in.strategy.indicators[0].params[1].name",
        "in.strategy.indicators[1].name",
        "in.strategy.indicators[2].name",
        "in.strategy.indicators[3].name",
      ]);
    }
  });
});
