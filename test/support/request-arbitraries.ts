import fc from "fast-check";
import { RANKING_METRICS } from "../../src/core/metrics/ranking-metric.ts";
import type { RunRequestInput } from "../../src/plan/request.ts";
import { anySettings } from "./execution-arbitraries.ts";
import {
  anyConditionPart,
  type ConditionPart,
  EXPRESSION_PARAMETERS,
  textOf,
} from "./expression-arbitraries.ts";

/** Random requests as users write them: strategies of every shape, all that a run may ask for. */

type Strategy = RunRequestInput["strategy"];

const some = <T>(values: readonly T[], most = 3) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: most });
const windows = some([1, 2, 3, 5, 8, 21, 40]);
const strengths = some([0, 10, 30, 45, 50, 50.5, 55, 70, 90, 100], 6);
const averages = fc.constantFrom("ma.sma", "ma.sma", "ma.ema", "ma.wma");
const sources = fc.oneof(fc.constant("close"), some(["close", "hl2", "volume", "open"]));

const anyPairs: fc.Arbitrary<Strategy> = fc
  .record({ of: averages, against: averages, fast: windows, slow: windows, sources })
  .chain(({ of, against, fast, slow, sources }) =>
    fc.constantFrom("fast.window < slow.window", undefined).map((constraint) => ({
      indicators: {
        fast: { id: of, params: { window: fast, source: sources } },
        slow: { id: against, params: { window: slow } },
      },
      signals: [{ rule: "cross", of: "fast", against: "slow" }],
      ...(constraint === undefined ? {} : { constraint }),
    })),
  );

/** Levels of a strength, behind up to two filters. */
const anyLegs: fc.Arbitrary<Strategy> = fc
  .record({
    window: windows,
    long: strengths,
    short: strengths,
    trend: fc.option(windows, { nil: null }),
    macd: fc.option(some([2, 4, 9]), { nil: null }),
  })
  .map(({ window, long, short, trend, macd }) => ({
    indicators: {
      rsi: { id: "momentum.rsi", params: { window } },
      ...(trend === null ? {} : { trend: { id: "ma.ema", params: { window: trend } } }),
      ...(macd === null ? {} : { macd: { id: "momentum.macd", params: { fastWindow: macd } } }),
    },
    signals: [
      { rule: "band", of: "rsi", params: { long, short } },
      ...(trend === null ? [] : [{ rule: "price", of: "trend" }]),
      ...(macd === null ? [] : [{ rule: "sign", of: "macd.histogram" }]),
    ],
  }));

/** Indicators by their default rules, joined by AND. */
const OTHERS = {
  atr: { id: "volatility.atr", params: { window: [2, 5] } },
  bands: { id: "volatility.bbands", params: { window: [5, 20] } },
  pivots: { id: "structure.pivots", params: { left: [1, 3], right: [1, 2] } },
  vortex: { id: "trend.vortex", params: { window: [3, 7] } },
  vwap: { id: "volume.vwap_deviation", params: { window: [2, 9] } },
  volume: { id: "volume.volume_sma", params: { window: [1, 4] } },
  candle: { id: "structure.candle_stats" },
} as const;
const anyDefaults: fc.Arbitrary<Strategy> = some(Object.keys(OTHERS)).map((names) => ({
  indicators: Object.fromEntries(
    names.map((name) => {
      const { id, ...rest } = OTHERS[name as keyof typeof OTHERS];
      const params = "params" in rest ? rest.params : {};
      return [name, { id, params: structuredClone(params) as Record<string, number[]> }];
    }),
  ),
}));

/** Texts with the parameters that they read. */
const anyWritten: fc.Arbitrary<Strategy> = fc
  .record(
    {
      long: anyConditionPart,
      exitLong: anyConditionPart,
      short: anyConditionPart,
      exitShort: anyConditionPart,
    },
    { requiredKeys: ["long"] },
  )
  .map(({ long, exitLong, short, exitShort }) => {
    const parts: Partial<Record<string, ConditionPart>> = {
      long,
      ...(exitLong === undefined ? {} : { exitLong }),
      ...(short === undefined ? {} : { short }),
      ...(short === undefined || exitShort === undefined ? {} : { exitShort }),
    };
    const texts = Object.entries(parts).map(([side, part]) => [side, textOf(part!)] as const);
    const read = (name: string) => texts.some(([, text]) => text.includes(`$${name}`));
    const parameters = Object.entries(EXPRESSION_PARAMETERS)
      .filter(([name]) => read(name))
      .map(([name, values]) => [name, [...values]]);
    return { expressions: Object.fromEntries(texts), parameters: Object.fromEntries(parameters) };
  });

const riskAxis = fc.uniqueArray(fc.constantFrom("off" as const, 0.1, 0.5, 2, 10, 60), {
  minLength: 1,
  maxLength: 4,
});
const noTrail = fc.constant<("off" | number)[]>(["off"]);

const rankingKey = fc.record(
  {
    metric: fc.constantFrom(...RANKING_METRICS),
    direction: fc.constantFrom("ASC" as const, "DESC" as const),
  },
  { requiredKeys: ["metric"] },
);
const anyRanking = fc
  .record({ primary: rankingKey, secondary: rankingKey }, { requiredKeys: ["primary"] })
  .filter(({ primary, secondary }) => primary.metric !== secondary?.metric);

/** Half of them are what kernels serve: fills at closes, without other costs or trails. */
const anyExecution = fc.tuple(anySettings, fc.boolean()).map(([settings, closes]) =>
  closes
    ? {
        ...{ ...settings, fillMode: "CLOSE" as const, entryDelayBars: 0, fixedFee: 0 },
        ...{ fundingLongPctPerBar: 0, fundingShortPctPerBar: 0 },
      }
    : settings,
);

/** A request about a dataset, without a schedule. */
export function anyRequest(dataset: string): fc.Arbitrary<RunRequestInput> {
  return fc
    .record({
      dataset: fc.constant(dataset),
      warmupBars: fc.constantFrom(0, 7, 200),
      strategy: fc.oneof(anyPairs, anyLegs, anyDefaults, anyWritten),
      execution: anyExecution,
      stopLossPct: riskAxis,
      trailingStopPct: fc.oneof(
        { weight: 3, arbitrary: noTrail },
        { weight: 1, arbitrary: riskAxis },
      ),
      takeProfitPct: riskAxis,
      ranking: anyRanking,
      preselect: fc.constantFrom(1, 3, 20, 1_000),
      topK: fc.constantFrom(1, 7, 100),
    })
    .map(({ stopLossPct, trailingStopPct, takeProfitPct, ...request }) => ({
      ...request,
      risk: { stopLossPct, trailingStopPct, takeProfitPct },
    }));
}
