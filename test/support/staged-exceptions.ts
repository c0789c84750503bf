import type { RiskLevels } from "../../src/core/execution/settings.ts";
import type { ParameterValue } from "../../src/core/parameter.ts";
import { CandleView } from "../../src/core/series/candle-view.ts";
import type { AtomPair, SeriesRef } from "../../src/core/signals/atom.ts";
import { findRule } from "../../src/core/signals/registry.ts";
import { resolveSeries } from "../../src/core/signals/resolve-series.ts";
import { signalAtoms } from "../../src/core/stages/signal-planes.ts";
import type { Binding, SignalBinding, Sweep } from "../../src/core/stages/sweep.ts";
import { ReferenceScorer } from "./reference-scorer.ts";
import { evaluatePair } from "./reference-signal.ts";
import { DEVIATIONS } from "./seed-parity-deviations.ts";
import type { OurStagedRun } from "./staged-execution.ts";
import { type FixtureRow, fixtureAxes, type StagedRun } from "./staged-runs.ts";
import { tiedBars } from "./ties.ts";

/** Why rows of a run differ from ours, and what in them does. */
export interface StagedException {
  readonly reason: string;
  /** Base variants that differ. */
  readonly differing: number;
  /** The indicator whose signal differs: at ties, or everywhere where its series is another one. */
  readonly indicator: string;
}

const ROUNDED =
  "where price and output are one number its rounded running sums decide by chance; ours are " +
  "exact, and neutral where prices lie on a decimal grid, as hlc3 does not";

export const STAGED_EXCEPTIONS: Readonly<Record<string, StagedException>> = {
  "s01-single-sma-sources": { reason: ROUNDED, differing: 6, indicator: "ma.sma" },
  "s12-float32-drift-wma-hma": { reason: ROUNDED, differing: 12, indicator: "ma.wma" },
  "s13-return-secondary-mdd": {
    reason: DEVIATIONS["trend.psar"].reason,
    differing: 60,
    indicator: "trend.psar",
  },
  "s16-candle-vortex-and": { reason: ROUNDED, differing: 5, indicator: "trend.vortex" },
};

/** More ties than this in one signal are no exception but a fault. */
const MAX_TIES = 4;

/**
 * What the bar loop that defines all results makes of a fixture's row: every ranking metric, once
 * for each way in which the run's exception can decide, or once where it is no exception.
 */
export function replays(
  run: StagedRun,
  { plan: { sweep }, candles }: OurStagedRun,
  { row, risk }: { readonly row: FixtureRow; readonly risk: RiskLevels },
): Float64Array[] {
  const foreign = STAGED_EXCEPTIONS[run.id]?.indicator;
  const choose = choiceOf(run, sweep, row);
  const scorer = new ReferenceScorer(sweep, candles);
  const view = new CandleView(candles);
  const ways = sweep.signals.map((signal) => {
    const pair = signalAtoms(sweep, signal, choose);
    if (foreign === undefined || indicatorOf(sweep, signal) !== foreign) {
      return [evaluatePair(view, pair)];
    }
    if (foreign in DEVIATIONS) return [overTheirSeries(view, signal, pair)];
    return decisionsOfTies(view, pair, sweep.firstBar);
  });
  return conjunctions(ways).map((signal) => scorer.metrics(signal, risk));
}

type Choose = (binding: Binding) => ParameterValue;

/** The parameters of a fixture row; what the fixture does not name has one value. */
function choiceOf(run: StagedRun, { axes }: Sweep, row: FixtureRow): Choose {
  const given = new Map(
    fixtureAxes(run).map(({ name, value }, i) => [name, value(row[i] as number | string)]),
  );
  return (binding) => {
    if (!("axis" in binding)) return binding.value;
    const { name, values } = axes[binding.axis];
    return given.get(name) ?? values[0];
  };
}

function indicatorOf({ indicators }: Sweep, { operands: { of } }: SignalBinding): string {
  return indicators.find(({ name }) => "indicator" in of && name === of.indicator)!.id;
}

/** The rule over their series, which takes the place of the open prices. */
function overTheirSeries(view: CandleView, { rule }: SignalBinding, pair: AtomPair): Int8Array {
  const [price, output] = [pair.long.left, pair.long.right as SeriesRef];
  if (output.kind !== "output") throw new Error(`the rule ${rule} reads no output`);
  const ours = resolveSeries(view, output);
  const theirs = DEVIATIONS[output.indicator].theirs(ours, view.candles, output.params);
  const columns = new CandleView({ ...view.candles, open: theirs });
  const of: SeriesRef = { kind: "price", source: "open" };
  return evaluatePair(columns, findRule(rule)!.atoms({ of, price }, {}));
}

/** The signal with each of its ties in the range decided for either side and for none. */
function decisionsOfTies(view: CandleView, pair: AtomPair, firstBar: number): Int8Array[] {
  const bars = new Set([pair.long, pair.short].flatMap((atom) => tiedBars(view, atom)));
  const ties = [...bars].filter((t) => t >= firstBar);
  if (ties.length > MAX_TIES) throw new Error(`${ties.length} ties, ${MAX_TIES} at most`);
  return ties.reduce(
    (signals, t) => signals.flatMap((sides) => [-1, 0, 1].map((side) => sides.with(t, side))),
    [evaluatePair(view, pair)],
  );
}

/** AND of the signals, for each choice of their ways. */
function conjunctions(ways: readonly (readonly Int8Array[])[]): Int8Array[] {
  return ways.reduce<Int8Array[]>(
    (done, signals) =>
      done.length === 0
        ? [...signals]
        : done.flatMap((a) => signals.map((b) => a.map((side, t) => (side === b[t] ? side : 0)))),
    [],
  );
}
