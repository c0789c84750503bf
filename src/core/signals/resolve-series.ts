import { findIndicator } from "../indicators/registry.ts";
import { withDefaults } from "../parameter.ts";
import type { CandleView } from "../series/candle-view.ts";
import type { SeriesRef } from "./atom.ts";

/**
 * The series a reference names, one value a bar. Plain prices are views over the candles: do not write
 * to the result. An unknown indicator or output throws: a plan never contains one.
 */
export function resolveSeries(view: CandleView, ref: SeriesRef): Float64Array {
  switch (ref.kind) {
    case "price":
      return view.price(ref.source);
    case "shifted":
      return shift(resolveSeries(view, ref.of), ref.bars);
    case "output": {
      const indicator = findIndicator(ref.indicator);
      if (indicator === undefined) throw new Error(`unknown indicator ${ref.indicator}`);
      const output = indicator.outputs.indexOf(ref.output);
      if (output < 0) throw new Error(`${ref.indicator} has no output ${ref.output}`);
      return indicator.compute(view, withDefaults(indicator.params, ref.params))[output];
    }
  }
}

function shift(series: Float64Array, bars: number): Float64Array {
  const out = new Float64Array(series.length).fill(Number.NaN, 0, bars);
  if (bars < series.length) out.set(series.subarray(0, series.length - bars), bars);
  return out;
}
