import type { AxisSpec, RiskAxisSpec, RunRequestInput } from "../../plan/request.ts";

/**
 * A run request in the form the GraphQL input has: records become lists with names, values become
 * one field of a one-of input, names of metrics and timeframes become constants.
 */
export function toGraphqlRequest(request: RunRequestInput): object {
  const { timeframe, range, strategy, risk, ranking, schedule, ...same } = request;
  return {
    ...same,
    ...(timeframe === undefined ? {} : { timeframe: timeframeConstant(timeframe) }),
    ...(range === undefined ? {} : { range: instants(range) }),
    strategy: strategyInput(strategy),
    ...(risk === undefined ? {} : { risk: riskInput(risk) }),
    ...(ranking === undefined ? {} : { ranking: rankingInput(ranking) }),
    ...(schedule === undefined ? {} : { schedule: scheduleInput(schedule) }),
  };
}

function strategyInput(strategy: RunRequestInput["strategy"]): object {
  const { indicators, signals, parameters, ...same } = strategy;
  const named = Object.entries(indicators ?? {});
  return {
    ...same,
    ...(indicators === undefined
      ? {}
      : {
          indicators: named.map(([name, { id, params }]) => ({ name, id, ...paramsInput(params) })),
        }),
    ...(signals === undefined
      ? {}
      : { signals: signals.map(({ params, ...s }) => ({ ...s, ...paramsInput(params) })) }),
    ...(parameters === undefined ? {} : { parameters: parameterList(parameters) }),
  };
}

/** `totalReturnPct` -> `TOTAL_RETURN_PCT` */
export function constantCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** `15m` -> `M15` */
function timeframeConstant(timeframe: string): string {
  return timeframe.slice(-1).toUpperCase() + timeframe.slice(0, -1);
}

function instants(range: Readonly<Record<string, string | number | undefined>>): object {
  return Object.fromEntries(
    Object.entries(range).map(([end, at]) => [
      end,
      typeof at === "number" ? new Date(at).toISOString() : at,
    ]),
  );
}

function paramsInput(params: Readonly<Record<string, AxisSpec>> | undefined): object {
  return params === undefined ? {} : { params: parameterList(params) };
}

function parameterList(params: Readonly<Record<string, AxisSpec>>): object[] {
  return Object.entries(params).map(([name, spec]) => ({ name, axis: axisInput(spec) }));
}

function axisInput(spec: AxisSpec): object {
  if (typeof spec === "number") return { number: spec };
  if (typeof spec === "string") return { text: spec };
  if (!Array.isArray(spec)) return { range: spec };
  return spec.every((value) => typeof value === "number") ? { numbers: spec } : { texts: spec };
}

function scheduleInput(schedule: NonNullable<RunRequestInput["schedule"]>): object {
  const { columns } = schedule;
  return { ...schedule, ...(columns === undefined ? {} : { columns: columns.map(constantCase) }) };
}

function rankingInput(ranking: NonNullable<RunRequestInput["ranking"]>): object {
  const keys = Object.entries(ranking).flatMap(([place, key]) =>
    key === undefined ? [] : [[place, { ...key, metric: constantCase(key.metric) }] as const],
  );
  return Object.fromEntries(keys);
}

function riskInput(risk: Readonly<Record<string, RiskAxisSpec | undefined>>): object {
  const axes = Object.entries(risk).flatMap(([name, spec]) =>
    spec === undefined || spec === "off" ? [] : [[name, riskAxisInput(spec)] as const],
  );
  return Object.fromEntries(axes);
}

function riskAxisInput(spec: Exclude<RiskAxisSpec, "off">): object {
  if (typeof spec === "number") return { percent: spec };
  if (!Array.isArray(spec)) return { range: spec };
  return { percents: spec.map((value) => (value === "off" ? null : value)) };
}
