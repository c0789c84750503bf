import { findIndicator } from "../../../src/core/indicators/registry.ts";
import { type ParameterValues, withDefaults } from "../../../src/core/parameter.ts";
import type { CandleView } from "../../../src/core/series/candle-view.ts";

/** A series of ours by its names. Parameters left out take their defaults. */
export interface OurSeries {
  readonly id: string;
  readonly output: string;
  readonly params: ParameterValues;
}

/** Throws where the registry lacks the id, the output or a parameter. */
export function computeOurs(view: CandleView, { id, output, params }: OurSeries): Float64Array {
  const indicator = findIndicator(id);
  const index = indicator?.outputs.indexOf(output) ?? -1;
  if (indicator === undefined || index < 0) throw new Error(`no series ${id} ${output}`);
  const known = indicator.params.map((spec) => spec.name);
  const unknown = Object.keys(params).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`${id} has no parameter ${unknown}`);
  return indicator.compute(view, withDefaults(indicator.params, params))[index];
}

/** The value of a numeric parameter, its default where left out. */
export function numberIn({ id, params }: OurSeries, name: string): number {
  return withDefaults(findIndicator(id)!.params, params)[name] as number;
}
