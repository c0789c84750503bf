import { type Complaint, complaint, UserError } from "../core/user-error.ts";
import type { AxisSpec, RiskAxisSpec, RunRequestInput } from "../plan/request.ts";
import { type PathPair, translatePath } from "./path-map.ts";
import type { AxisArg, ParameterArg, RiskAxisArg, RunRequestArg } from "./schema/request-inputs.ts";

/**
 * A request in the form that presets and the command line use, and the way back to the user's
 * fields.
 */
export interface CanonicalRequest {
  readonly request: RunRequestInput;
  readonly pairs: readonly PathPair[];
}

/**
 * Does something with the canonical form; a UserError then names the fields that the user wrote.
 */
export async function translatingPaths<T>(
  input: RunRequestArg,
  at: string,
  work: (request: RunRequestInput) => Promise<T>,
): Promise<T> {
  const { request, pairs } = toCanonicalRequest(input, at);
  return await underPaths(pairs, () => work(request));
}

/** A UserError of the work names fields by their GraphQL paths. */
export async function underPaths<T>(
  pairs: readonly PathPair[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof UserError ? translated(error, pairs) : error;
  }
}

/**
 * Turns lists with names into records, one-of forms into plain values, and null into absence.
 * Validity is the business of parseRunRequest; refused here is only what a record cannot say, a
 * name given twice. Throws UserError with paths below `at`.
 */
export function toCanonicalRequest(input: RunRequestArg, at: string): CanonicalRequest {
  const mapping: Mapping = {
    pairs: [{ canonical: "", graphql: at }],
    complaints: [],
  };
  const { strategy, execution, risk, range, schedule, ranking, ...plain } = input;
  const request = {
    ...present(plain),
    ...present({
      range: range && { ...isoOf("start", range.start), ...isoOf("end", range.end) },
      strategy: strategyOf(strategy, at, mapping),
      execution: execution && present(execution),
      risk: risk && riskOf(risk, at, mapping),
      ranking: ranking && {
        primary: present(ranking.primary),
        ...(ranking.secondary ? { secondary: present(ranking.secondary) } : {}),
      },
      schedule: schedule && scheduleOf(schedule),
    }),
  } as RunRequestInput;
  if (mapping.complaints.length > 0) throw new UserError("VALIDATION", mapping.complaints);
  return { request, pairs: mapping.pairs };
}

type Present<T> = {
  [K in keyof T as null extends T[K] ? never : undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as null extends T[K] ? K : undefined extends T[K] ? K : never]?: NonNullable<T[K]>;
};

interface Mapping {
  readonly pairs: PathPair[];
  readonly complaints: Complaint[];
}

function strategyOf(strategy: RunRequestArg["strategy"], at: string, mapping: Mapping) {
  const indicators: Record<string, object> = {};
  for (const [i, { name, id, params }] of (strategy.indicators ?? []).entries()) {
    const graphql = `${at}.strategy.indicators[${i}]`;
    if (!isUsable(name, indicators, `${graphql}.name`, mapping)) continue;
    const canonical = `strategy.indicators.${name}`;
    mapping.pairs.push({ canonical, graphql });
    const below = { canonical: `${canonical}.params`, graphql: `${graphql}.params` };
    indicators[name] = { id, ...paramsOf(params, below, mapping) };
  }
  const signals = strategy.signals?.map(({ params, ...signal }, i) => {
    const canonical = `strategy.signals[${i}].params`;
    return {
      ...present(signal),
      ...paramsOf(params, { canonical, graphql: `${at}.${canonical}` }, mapping),
    };
  });
  const { expressions, constraint } = strategy;
  const canonical = "strategy.parameters";
  const below = { canonical, graphql: `${at}.${canonical}` };
  return present({
    indicators: strategy.indicators && indicators,
    signals,
    expressions: expressions && present(expressions),
    parameters: paramsOf(strategy.parameters, below, mapping).params,
    constraint,
  });
}

function paramsOf(
  list: readonly ParameterArg[] | null | undefined,
  at: PathPair,
  mapping: Mapping,
): { params?: Record<string, AxisSpec> } {
  if (list == null) return {};
  const params: Record<string, AxisSpec> = {};
  for (const [i, { name, axis }] of list.entries()) {
    const graphql = `${at.graphql}[${i}]`;
    if (!isUsable(name, params, `${graphql}.name`, mapping)) continue;
    const form = chosenForm(axis);
    mapping.pairs.push({
      canonical: `${at.canonical}.${name}`,
      graphql,
      inside: `axis.${form.name}`,
    });
    params[name] = form.value as AxisSpec;
  }
  return { params };
}

/** Whether a record can hold this name; says why not. */
function isUsable(name: string, taken: object, path: string, mapping: Mapping): boolean {
  const fault =
    name === "" || name === "__proto__"
      ? "is no name"
      : Object.hasOwn(taken, name)
        ? "is given twice"
        : null;
  if (fault !== null) mapping.complaints.push(complaint(path, fault, name));
  return fault === null;
}

function riskOf(risk: NonNullable<RunRequestArg["risk"]>, at: string, mapping: Mapping) {
  const axes: Record<string, RiskAxisSpec> = {};
  for (const name of ["stopLossPct", "trailingStopPct", "takeProfitPct"] as const) {
    const axis: RiskAxisArg | null | undefined = risk[name];
    if (axis == null) continue;
    const form = chosenForm(axis);
    mapping.pairs.push({
      canonical: `risk.${name}`,
      graphql: `${at}.risk.${name}`,
      inside: form.name,
    });
    const value = form.value as number | (number | null)[] | object;
    axes[name] = (Array.isArray(value) ? value.map((v) => v ?? "off") : value) as RiskAxisSpec;
  }
  return axes;
}

/** The one field of a one-of input that is set; GraphQL has checked that it is one. */
function chosenForm(axis: AxisArg | RiskAxisArg): { name: string; value: unknown } {
  const [name, value] = Object.entries(axis).find(([, given]) => given != null) as [
    string,
    unknown,
  ];
  return { name, value };
}

function scheduleOf({ deadline, ...plain }: NonNullable<RunRequestArg["schedule"]>) {
  return { ...present(plain), ...isoOf("deadline", deadline) };
}

function isoOf(name: string, instant: Date | null | undefined): Record<string, string> {
  return instant == null ? {} : { [name]: instant.toISOString() };
}

/** GraphQL tells an explicit null from an absent field; a request does not. */
export function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, v]) => v != null)) as Present<T>;
}

function translated(error: UserError, pairs: readonly PathPair[]): UserError {
  // Nothing in the input is to blame for a full queue.
  if (error.code === "QUEUE_FULL" || error.code === "SERVICE_OVERLOADED") return error;
  const complaints = error.complaints.map((c) => ({ ...c, path: translatePath(c.path, pairs) }));
  return new UserError(error.code, complaints, error.details);
}
