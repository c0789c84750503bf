import { findIndicator } from "../indicators/registry.ts";
import { type ParameterValues, withDefaults } from "../parameter.ts";
import type { CandleView } from "../series/candle-view.ts";
import { calculate } from "./arithmetic.ts";
import type { SeriesRef } from "./atom.ts";

/** All outputs of an indicator, in the order of its definition; every parameter is given. */
export type OutputsOf = (indicator: string, params: ParameterValues) => readonly Float64Array[];

/**
 * The series a reference names, one value a bar. Plain prices are views over the candles: do not
 * write to the result. An unknown indicator or output throws: a plan never contains one.
 * `outputsOf` may serve outputs from a cache.
 */
export function resolveSeries(
  view: CandleView,
  ref: SeriesRef,
  outputsOf: OutputsOf = (id, params) => computeOutputs(view, id, params),
): Float64Array {
  switch (ref.kind) {
    case "price":
      return view.price(ref.source);
    case "shifted":
      return shift(resolveSeries(view, ref.of, outputsOf), ref.bars);
    case "arithmetic": {
      const { op, left, right } = ref;
      const operand = (side: SeriesRef | number) =>
        typeof side === "number" ? side : resolveSeries(view, side, outputsOf);
      return calculate(operand(left), op, operand(right), view.bars);
    }
    case "output": {
      const indicator = findIndicator(ref.indicator);
      if (indicator === undefined) throw new Error(`unknown indicator ${ref.indicator}`);
      const output = indicator.outputs.indexOf(ref.output);
      if (output < 0) throw new Error(`${ref.indicator} has no output ${ref.output}`);
      return outputsOf(ref.indicator, withDefaults(indicator.params, ref.params))[output];
    }
  }
}

export function computeOutputs(
  view: CandleView,
  id: string,
  params: ParameterValues,
): readonly Float64Array[] {
  const indicator = findIndicator(id);
  if (indicator === undefined) throw new Error(`unknown indicator ${id}`);
  return indicator.compute(view, params);
}

function shift(series: Float64Array, bars: number): Float64Array {
  const out = new Float64Array(series.length).fill(Number.NaN, 0, bars);
  if (bars < series.length) out.set(series.subarray(0, series.length - bars), bars);
  return out;
}
