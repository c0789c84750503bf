import { coerceInputValue, type GraphQLInputType } from "graphql";
import { describe, expect, it } from "vitest";
import { toGraphqlRequest } from "../../src/cli/api/graphql-request.ts";
import { presetNames, readPreset } from "../../src/cli/preset.ts";
import { toCanonicalRequest } from "../../src/graphql/request-mapping.ts";
import { schema } from "../../src/graphql/schema.ts";
import { parseRunRequest } from "../../src/plan/parse-request.ts";
import type { RunRequestInput } from "../../src/plan/request.ts";

const inputType = schema.getType("RunRequestInput") as GraphQLInputType;

/** There and back: the GraphQL form, as the server reads it, in the form of a preset again. */
function throughGraphql(request: RunRequestInput): unknown {
  const variable = JSON.parse(JSON.stringify(toGraphqlRequest(request)));
  const coerced = coerceInputValue(variable, inputType) as Parameters<typeof toCanonicalRequest>[0];
  return toCanonicalRequest(coerced, "request").request;
}

/** A range ends as an instant, however it was written. */
function comparable(request: unknown) {
  const { range, ...rest } = parseRunRequest(request);
  const at = (value: string | number | undefined) =>
    value === undefined ? null : new Date(value).getTime();
  return { ...rest, range: { start: at(range.start), end: at(range.end) } };
}

describe("the GraphQL form of a request", () => {
  it.each(presetNames())("means the same as the preset %s", (name) => {
    const request = readPreset(name) as RunRequestInput;
    expect(comparable(throughGraphql(request))).toEqual(comparable(request));
  });

  it("has every form of an axis, of a risk axis and of an instant", () => {
    const request: RunRequestInput = {
      dataset: "d",
      timeframe: "15m",
      range: { start: 1_577_836_800_000, end: "2021-01-01T12:00:00Z" },
      strategy: {
        indicators: {
          a: { id: "ma.ema", params: { window: 5, source: "close" } },
          b: { id: "ma.ema", params: { window: [5, 9], source: ["close", "hl2"] } },
          c: { id: "ma.sma", params: { window: { start: 1, stop: 9, step: 2 } } },
          d: { id: "ma.sma" },
        },
        signals: [{ rule: "band", of: "a", params: { long: [1, 2], short: 5 } }],
      },
      risk: { stopLossPct: ["off", 1], takeProfitPct: { start: 1, stop: 2, step: 1 } },
      ranking: {
        primary: { metric: "returnOverMaxDrawdown", direction: "ASC" },
        secondary: { metric: "sharpe" },
      },
      schedule: { workers: 2, priority: "LOW" },
    };
    expect(comparable(throughGraphql(request))).toEqual(comparable(request));
    const single: RunRequestInput = { ...request, risk: { stopLossPct: "off", takeProfitPct: 3 } };
    expect(comparable(throughGraphql(single))).toEqual(comparable(single));
  });
});
