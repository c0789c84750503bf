import type { Execution } from "../execution/reference-engine.ts";
import { Grid } from "../grid/grid.ts";
import type { ParameterValues } from "../parameter.ts";
import { CandleView } from "../series/candle-view.ts";
import type { Candles } from "../series/candles.ts";
import type { SeriesRef } from "../signals/atom.ts";
import type { Condition, Sides } from "../signals/condition.ts";
import { readableSignal } from "../signals/readable-signal.ts";
import { computeOutputs, type OutputsOf, resolveSeries } from "../signals/resolve-series.ts";
import { outputKey } from "../signals/series-key.ts";
import { describeVariant } from "../stages/describe.ts";
import { executeVariant } from "../stages/execute-variant.ts";
import { loneVariant } from "../stages/lone-variant.ts";
import { chooseBy } from "../stages/signal-planes.ts";
import type { Sweep } from "../stages/sweep.ts";
import { variantSides } from "../stages/variant-sides.ts";
import { type OutputRef, outputsOf } from "./variant-outputs.ts";

/** Computes all outputs of an indicator over a view. */
export type ComputeOutputs = (
  view: CandleView,
  id: string,
  params: ParameterValues,
) => readonly Float64Array[];

/** Candles with the outputs that were computed on them, each once. */
export class CandleReading {
  readonly candles: Candles;
  readonly #view: CandleView;
  readonly #outputs = new Map<string, readonly Float64Array[]>();
  readonly #compute: ComputeOutputs;

  constructor(candles: Candles, compute: ComputeOutputs = computeOutputs) {
    this.candles = candles;
    this.#view = new CandleView(candles);
    this.#compute = compute;
  }

  series(ref: SeriesRef): Float64Array {
    return resolveSeries(this.#view, ref, this.#outputsOf);
  }

  #outputsOf: OutputsOf = (id, params) => {
    const key = outputKey(id, params);
    let outputs = this.#outputs.get(key);
    if (outputs === undefined) {
      outputs = this.#compute(this.#view, id, params);
      this.#outputs.set(key, outputs);
    }
    return outputs;
  };
}

/** One Stage B variant of a sweep, evaluated bar by bar by what is written to be read. */
export class VariantReading {
  readonly variantIndex: number;
  /** The sweep of this variant alone. */
  readonly sweep: Sweep;
  /** Indicator outputs that it reads. */
  readonly outputs: ReadonlyMap<string, OutputRef>;
  readonly #sides: Sides<Condition>;

  constructor(sweep: Sweep, variantIndex: number) {
    this.variantIndex = variantIndex;
    this.sweep = loneVariant(sweep, describeVariant(sweep, "STAGE_B", variantIndex));
    const { axes } = this.sweep;
    this.#sides = variantSides(this.sweep, chooseBy(new Grid(axes), new Int32Array(axes.length)));
    this.outputs = outputsOf(this.#sides);
  }

  /** Element 0 is the first bar of the range; fewer where the candles end before it does. */
  signal(reading: CandleReading): Int8Array {
    const { firstBar, lastBar, execution } = this.#rangeOn(reading.candles);
    const range = { firstBar, lastBar };
    const signal = readableSignal(this.#sides, (ref) => reading.series(ref), range);
    if (execution.direction === "LONG_SHORT") return signal;
    // A side that the direction forbids is read as NEUTRAL.
    const allowed = execution.direction === "LONG_ONLY" ? 1 : -1;
    return signal.map((side) => (side === allowed ? side : 0));
  }

  execute(candles: Candles, signal: Int8Array): Execution {
    const variant = describeVariant(this.sweep, "STAGE_B", 0);
    return executeVariant(this.#rangeOn(candles), candles, signal, variant);
  }

  #rangeOn(candles: Candles): Sweep {
    return { ...this.sweep, lastBar: Math.min(this.sweep.lastBar, candles.time.length) };
  }
}
