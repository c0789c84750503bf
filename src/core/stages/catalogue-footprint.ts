import type { Atom } from "../signals/atom.ts";
import { planeBytes } from "../signals/plane-source.ts";
import { bandOfLegs } from "./leg-footprint.ts";
import { doFit, returnBytes, rowBytes, type ScoredBy } from "./row-footprint.ts";
import { LOOK_UP_BYTES, planeRoom, SCORER_CACHES } from "./scorer-caches.ts";
import { outputsOf, sizeOf, sourcesRead } from "./series-footprint.ts";
import { distinctAtoms, MAX_PAIRS, operandAxes, signalAtoms, signalAxes } from "./signal-planes.ts";
import type { Binding, SignalBinding, Sweep } from "./sweep.ts";

/** An atom is kept, and what its rule rules out is kept beside it, for both sides; at least. */
const PLANES_A_PAIR = 4;

/** Of indicators and signals. */
export function catalogueFootprint(sweep: Sweep, bars: number, by: ScoredBy) {
  const { few } = by;
  const band = few.engine === "legs" ? bandOfLegs(sweep) : undefined;
  let planes = 0;
  let pairBytes = 0;
  let rows = false;
  for (const signal of sweep.signals) {
    const combinations = sizeOf(sweep, signalAxes(sweep, signal));
    const isScored = few.engine === "pairs" || signal === band;
    const alone = isScored ? few.variants : Number.POSITIVE_INFINITY;
    const crossed = crossedRows(sweep, signal, bars);
    rows = crossed !== null && (few.engine === "pairs" || doFit(crossed[0] + crossed[1], bars));
    planes += rows ? 0 : Math.min(planesKept(sweep, signal), alone * planesOfPair(sweep, signal));
    pairBytes += Math.min(combinations, MAX_PAIRS, alone) * LOOK_UP_BYTES;
    pairBytes += crossed === null ? 0 : rowBytes(sweep, crossed, bars, by);
    if (signal.rule === "cross") pairBytes += returnBytes(sweep, rowCounts(sweep, signal), by);
  }
  const most = few.ofMeans ? (rows ? 0 : few.variants) : Number.POSITIVE_INFINITY;
  return {
    ...outputsOf(sweep, sweep.indicators, bars, { most, by, ownRows: 0 }),
    planeBytes: planes * planeBytes(bars),
    variantBytes: sum(sweep.signals.map((one) => planesOfPair(sweep, one))) * planeBytes(bars),
    pairBytes,
    sources: sourcesRead(sweep, sweep.indicators, []),
    computingRows: 0,
  };
}

/**
 * Planes of all atoms of a signal. An atom of one side depends on the axes that change it, and on
 * no others: those of the two sides add up.
 */
function planesKept(sweep: Sweep, signal: SignalBinding): number {
  const first = (binding: Binding) =>
    "axis" in binding ? sweep.axes[binding.axis].values[0] : binding.value;
  const base = signalAtoms(sweep, signal, first);
  let planes = 0;
  for (const side of ["long", "short"] as const) {
    const key = JSON.stringify(base[side]);
    const axes = signalAxes(sweep, signal).filter((axis) => {
      const { values } = sweep.axes[axis];
      const last = (binding: Binding) =>
        "axis" in binding && binding.axis === axis ? values[values.length - 1] : first(binding);
      return JSON.stringify(signalAtoms(sweep, signal, last)[side]) !== key;
    });
    planes += sizeOf(sweep, axes) * planesOf(base[side]);
  }
  return planes;
}

/** Planes of both sides of a signal: an atom's own, and those of the atoms that refine it. */
function planesOfPair(sweep: Sweep, signal: SignalBinding): number {
  const { long, short } = signalAtoms(sweep, signal, (binding) =>
    "axis" in binding ? sweep.axes[binding.axis].values[0] : binding.value,
  );
  return Math.max(PLANES_A_PAIR, planesOf(long) + planesOf(short));
}

function planesOf({ and, unless, holdWhile }: Atom): number {
  const refinements = [and, unless, holdWhile].filter((atom) => atom !== undefined);
  return 1 + sum(refinements.map(planesOf));
}

/** Rows of each operand of a signal that has more atoms than are worth keeping; else null. */
function crossedRows(sweep: Sweep, signal: SignalBinding, bars: number): readonly number[] | null {
  if (signal.rule !== "cross") return null;
  if (distinctAtoms(sweep, signal) <= planeRoom(bars, SCORER_CACHES)) return null;
  return rowCounts(sweep, signal);
}

/** Rows of each operand of a signal. */
function rowCounts(sweep: Sweep, { operands }: SignalBinding): number[] {
  return Object.values(operands).map((one) => sizeOf(sweep, operandAxes(sweep, one)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
