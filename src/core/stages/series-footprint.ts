import { findIndicator } from "../indicators/registry.ts";
import { type ParameterValue, withDefaults } from "../parameter.ts";
import type { ValueTemplate } from "../signals/condition.ts";
import type { ScoredBy } from "./row-footprint.ts";
import { outputBytes, ROW_BYTES, SCORER_CACHES } from "./scorer-caches.ts";
import type { Binding, Sweep } from "./sweep.ts";

const NUMBER_BYTES = 8;

/** An indicator as a strategy asks for it. */
export interface IndicatorCall {
  readonly id: string;
  readonly params: Readonly<Record<string, Binding>>;
}

/**
 * Bytes of the outputs of all calls with all their parameters. What two calls have in common is
 * there once.
 */
function seriesBytes(
  sweep: Sweep,
  calls: readonly IndicatorCall[],
  bars: number,
  most: number,
): number {
  const ids = new Set(calls.map(({ id }) => id));
  let bytes = 0;
  for (const id of ids) {
    const same = calls.filter((call) => call.id === id);
    const each = same.map((call) => Math.min(combinationsOf(sweep, call), most));
    const count = each.reduce((sum, one) => sum + one, 0);
    bytes += Math.min(count, togetherOf(sweep, same)) * outputBytes(id, bars);
  }
  return bytes;
}

function combinationsOf(sweep: Sweep, { params }: IndicatorCall): number {
  return Object.values(params).reduce(
    (product, binding) => product * valuesOf(sweep, binding).length,
    1,
  );
}

/** Most combinations of parameters that calls of one indicator have together. */
function togetherOf(sweep: Sweep, calls: readonly IndicatorCall[]): number {
  const specs = findIndicator(calls[0].id)?.params ?? [];
  const defaults = withDefaults(specs, {});
  return specs.reduce((product, { name }) => {
    const values = new Set<ParameterValue>();
    for (const { params } of calls) {
      const given = name in params ? valuesOf(sweep, params[name]) : [defaults[name]];
      for (const value of given) values.add(value);
    }
    return product * values.size;
  }, 1);
}

function valuesOf(sweep: Sweep, binding: Binding): readonly ParameterValue[] {
  return "axis" in binding ? sweep.axes[binding.axis].values : [binding.value];
}

export interface KeptOutputs {
  /** Of how many combinations of its parameters the outputs of a call are kept. */
  readonly most: number;
  readonly by: ScoredBy;
  /** Of rows that are compared pairwise and are no outputs. */
  readonly ownRows: number;
}

/** What a strategy's outputs take in a thread, and what is kept of them. */
export function outputsOf(
  sweep: Sweep,
  calls: readonly IndicatorCall[],
  bars: number,
  { most, by, ownRows }: KeptOutputs,
) {
  const bytes = seriesBytes(sweep, calls, bars, most);
  const holds = by.backend === "readable" || (by.few.engine === "pairs" && !by.few.ofMeans);
  const beyond = Math.max(0, Math.min(bytes, ROW_BYTES) - SCORER_CACHES.seriesBytes);
  return {
    seriesBytes: bytes,
    heldBytes: holds ? beyond + ownRows * bars * NUMBER_BYTES : 0,
    widestBytes: Math.max(0, ...calls.map(({ id }) => outputBytes(id, bars))),
  };
}

/** Most price sources that a thread holds: those named, and the close. */
export function sourcesRead(
  sweep: Sweep,
  calls: readonly IndicatorCall[],
  values: readonly ValueTemplate[],
): number {
  const sources = new Set<ParameterValue>(["close"]);
  const bindings = [
    ...calls.map(({ params }) => params.source),
    ...values.map((value) => (value.kind === "price" ? value.source : undefined)),
  ];
  for (const source of bindings) {
    if (source === undefined) continue;
    const named = "axis" in source ? sweep.axes[source.axis].values : [source.value];
    for (const value of named) sources.add(value);
  }
  return sources.size;
}

/** Combinations of the values of some axes. */
export function sizeOf(sweep: Sweep, axes: readonly number[]): number {
  return axes.reduce((product, a) => product * sweep.axes[a].values.length, 1);
}
