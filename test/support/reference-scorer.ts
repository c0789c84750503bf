import { runReference } from "../../src/core/execution/reference-engine.ts";
import type { RiskLevels } from "../../src/core/execution/settings.ts";
import { Grid } from "../../src/core/grid/grid.ts";
import { RANKING_METRICS } from "../../src/core/metrics/ranking-metric.ts";
import { METRICS } from "../../src/core/metrics/registry.ts";
import { measure } from "../../src/core/metrics/track-record.ts";
import { CandleView } from "../../src/core/series/candle-view.ts";
import type { Candles } from "../../src/core/series/candles.ts";
import type { SeriesRef } from "../../src/core/signals/atom.ts";
import { readableSignal } from "../../src/core/signals/readable-signal.ts";
import { resolveSeries } from "../../src/core/signals/resolve-series.ts";
import { chooseBy, signalAtoms } from "../../src/core/stages/signal-planes.ts";
import type { Sweep } from "../../src/core/stages/sweep.ts";
import { variantSides } from "../../src/core/stages/variant-sides.ts";
import { evaluatePair } from "./reference-signal.ts";

/** The slow way through a variant: signals and account bar by bar, metrics of trades and equity. */
export class ReferenceScorer {
  readonly #sweep: Sweep;
  readonly #candles: Candles;
  readonly #view: CandleView;
  readonly #grid: Grid;

  constructor(sweep: Sweep, candles: Candles) {
    this.#sweep = sweep;
    this.#candles = candles;
    this.#view = new CandleView(candles);
    this.#grid = new Grid(sweep.axes);
  }

  /** +1, -1, 0 a bar: all signals of a base variant by AND. */
  signal(index: number): Int8Array {
    if (this.#sweep.expressions !== undefined) return this.#writtenSignal(index);
    const pairs = this.#sweep.signals.map((signal) => {
      const atoms = signalAtoms(this.#sweep, signal, (binding) =>
        "axis" in binding
          ? this.#grid.value(binding.axis, this.#grid.digit(index, binding.axis))
          : binding.value,
      );
      return evaluatePair(this.#view, atoms, this.#sweep.firstBar);
    });
    return pairs[0].map((first, t) => (pairs.every((pair) => pair[t] === first) ? first : 0));
  }

  /** The signal of expressions; NEUTRAL before the range, where nothing reads it. */
  #writtenSignal(index: number): Int8Array {
    const digits = this.#grid.digits(index, new Int32Array(this.#grid.axes.length));
    const sides = variantSides(this.#sweep, chooseBy(this.#grid, digits));
    const seriesOf = (ref: SeriesRef) => resolveSeries(this.#view, ref);
    const signal = new Int8Array(this.#view.bars);
    signal.set(readableSignal(sides, seriesOf, this.#sweep), this.#sweep.firstBar);
    return signal;
  }

  /** Every ranking metric, in the order of RANKING_METRICS. */
  metrics(signal: Int8Array, risk: RiskLevels): Float64Array {
    const { execution: settings, firstBar, lastBar, timeframeMs } = this.#sweep;
    const { open, high, low, close } = this.#candles;
    const bars = { open, high, low, close, firstBar, lastBar };
    const execution = runReference({ ...bars, signal, settings, risk });
    const record = measure({ candles: this.#candles, timeframeMs, execution, settings });
    return Float64Array.from(RANKING_METRICS, (metric) => METRICS[metric].of(record));
  }
}
