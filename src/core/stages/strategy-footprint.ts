import { Grid } from "../grid/grid.ts";
import { findIndicator } from "../indicators/registry.ts";
import type { ParameterValue } from "../parameter.ts";
import { planeWords } from "../series/bit-plane.ts";
import type { Atom } from "../signals/atom.ts";
import {
  type ComparisonTemplate,
  type ConditionTemplate,
  comparesRows,
  comparisonsIn,
  templateAxes,
  type ValueTemplate,
  valuesIn,
} from "../signals/condition.ts";
import { ENTRY_BYTES } from "../signals/plane-source.ts";
import { legBytes, listBytes } from "./class-panel.ts";
import { type LegClass, type LegSide, legShape } from "./leg-shape.ts";
import { EACH, type ScoredAlone } from "./scored-alone.ts";
import {
  LEG_BYTES,
  PAIR_BATCH,
  PAIR_DAY_BYTES,
  PAIR_ROW_BYTES,
  PAIR_ROWS,
  PAIR_VARIANT_BYTES,
  planeRoom,
  ROW_BYTES,
  SCORER_CACHES,
} from "./scorer-caches.ts";
import { distinctAtoms, MAX_PAIRS, operandAxes, signalAtoms, signalAxes } from "./signal-planes.ts";
import { strengthBytes } from "./strength-rows.ts";
import type { Binding, SignalBinding, Sweep } from "./sweep.ts";

const NUMBER_BYTES = 8;
/** One entry of the look-up from combination to planes. */
const PAIR_BYTES = 128;
/** An atom is kept, and what its rule rules out is kept beside it, for both sides; at least. */
const PLANES_A_PAIR = 4;
/** The planes that one variant has of a comparison and of what it is joined to. */
const PLANES_A_COMPARISON = 6;
/** Entries and exits of both sides, where they count and where not, and the latches. */
const PLANES_OF_SIDES = 8;
/** Accounts of a row are padded to as many. */
const LEVELS_AT_ONCE = 8;
/** A row's value as pairwise comparison reads it. */
const KEY_BYTES = 2;

/** A bar of such a row, and what a family of them has beside its rows. */
const ROW_BAR_BYTES = NUMBER_BYTES + KEY_BYTES;
const ROW_SLACK_BYTES = 2 ** 20;

/** What the strategy of a sweep needs in one thread, were all of it kept. */
export interface StrategyFootprint {
  /** Outputs of all indicators with all their parameters. */
  readonly seriesBytes: number;
  /** Outputs of the one that needs most. */
  readonly widestBytes: number;
  readonly planeBytes: number;
  /** Planes that one variant has for itself. */
  readonly variantBytes: number;
  /** Look-ups, and rows that are compared pairwise. */
  readonly pairBytes: number;
  /** Price sources that are read, the close included. */
  readonly sources: number;
  /** Series on the way to a comparison. */
  readonly computingRows: number;
}

/** `few`: where an engine scores pairs of rows without any of this, those that it does not. */
export function strategyFootprint(
  sweep: Sweep,
  bars: number,
  few: ScoredAlone = EACH,
): StrategyFootprint {
  const { expressions } = sweep;
  const footprint =
    expressions === undefined
      ? catalogueFootprint(sweep, bars, few)
      : expressionFootprint(sweep, Object.values(expressions), bars, few);
  return { ...footprint, pairBytes: footprint.pairBytes + legsFootprint(sweep, bars) };
}

/** Counts of levels, were those of all parameters of their series kept, and accounts of a panel. */
function legsFootprint(sweep: Sweep, bars: number): number {
  const shape = legShape(sweep, new Grid(sweep.axes));
  if (shape === null) return 0;
  const sideBytes = ({ axes }: LegSide) =>
    Math.min(combinationsOf(sweep, axes) * legBytes(bars), LEG_BYTES);
  const classBytes = ({ long, short }: LegClass) =>
    sideBytes(shape.long) +
    sideBytes(shape.short) +
    listsBytes(Math.max(long.levels.length, short.levels.length), bars) +
    (long.levels.length + 2) * (short.levels.length + LEVELS_AT_ONCE) * NUMBER_BYTES;
  return sum(shape.classes.map(classBytes)) + strengthBytes(bars);
}

/** What small panels are settled by. */
function listsBytes(levels: number, bars: number): number {
  return levels <= LEVELS_AT_ONCE ? 2 * listBytes(bars) : 0;
}

function catalogueFootprint(sweep: Sweep, bars: number, few: ScoredAlone): StrategyFootprint {
  let planes = 0;
  let pairBytes = 0;
  let rows = false;
  for (const signal of sweep.signals) {
    const combinations = combinationsOf(sweep, signalAxes(sweep, signal));
    rows = comparesFittingRows(sweep, signal, bars);
    const own = few.variants * planesOfPair(sweep, signal);
    planes += rows ? 0 : Math.min(planesKept(sweep, signal), own);
    pairBytes += Math.min(combinations, MAX_PAIRS, few.variants) * PAIR_BYTES;
    pairBytes += signalRowBytes(sweep, signal, bars, few.variants);
  }
  return {
    ...outputsOf(sweep, sweep.indicators, bars, few.ofMeans ? { ...few, rows } : null),
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
    planes += combinationsOf(sweep, axes) * planesOf(base[side]);
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

function expressionFootprint(
  sweep: Sweep,
  conditions: readonly ConditionTemplate[],
  bars: number,
  few: ScoredAlone,
): StrategyFootprint {
  const values = conditions.flatMap((condition) => [...valuesIn(condition)]);
  const outputs = values.filter((value) => value.kind === "output");
  const indicators = outputs.map(({ indicator, params }) => ({ id: indicator, params }));
  const comparisons = conditions.flatMap((condition) => [...comparisonsIn(condition)]);
  const combinations = comparisons.map((one) => combinationsOf(sweep, templateAxes(one)));
  const touched = combinations.map((count) => Math.min(count, few.variants));
  const lookUps = touched.map((count) => Math.min(count, MAX_PAIRS) * PAIR_BYTES);
  const rows = comparisons.map((one) => comparisonRowBytes(sweep, one, bars, few.variants));
  const ofMeans = few.ofMeans
    ? { ...few, rows: combinations.every((count) => count > planeRoom(bars, SCORER_CACHES)) }
    : null;
  const variantPlanes = comparisons.length * PLANES_A_COMPARISON + PLANES_OF_SIDES;
  return {
    ...outputsOf(sweep, unique(indicators), bars, ofMeans),
    planeBytes: sum(touched) * planeBytes(bars),
    variantBytes: variantPlanes * planeBytes(bars),
    pairBytes: sum(lookUps) + sum(rows),
    sources: sourcesRead(sweep, indicators, values),
    computingRows: Math.max(0, ...comparisons.map(operationsOf)),
  };
}

/** Series that a comparison computes and drops: one an operation, and constants as series. */
function operationsOf(comparison: ComparisonTemplate): number {
  let rows = 0;
  for (const { kind } of valuesIn(comparison)) {
    if (kind === "arithmetic" || kind === "shifted" || kind === "number") rows++;
  }
  return rows;
}

type Calls = readonly { readonly id: string; readonly params: Readonly<Record<string, Binding>> }[];

/**
 * `means`: exact means are scored by a pair engine, which keeps none of them. Where variants have
 * `rows` that are compared pairwise they are made in these; else a variant has some for itself.
 */
function outputsOf(
  sweep: Sweep,
  calls: Calls,
  bars: number,
  means: { readonly variants: number; readonly rows: boolean } | null,
) {
  const most = means === null ? Number.POSITIVE_INFINITY : means.rows ? 0 : means.variants;
  let seriesBytes = 0;
  let widestBytes = 0;
  for (const { id, params } of calls) {
    const count = findIndicator(id)?.outputs.length ?? 1;
    const bytes = count * bars * NUMBER_BYTES + ENTRY_BYTES;
    widestBytes = Math.max(widestBytes, bytes);
    seriesBytes += Math.min(combinationsOf(sweep, boundAxes(params)), most) * bytes;
  }
  return { seriesBytes, widestBytes };
}

/** Whether a signal has more atoms than are worth keeping, and compares rows that fit instead. */
function comparesFittingRows(sweep: Sweep, signal: SignalBinding, bars: number): boolean {
  if (signal.rule !== "cross") return false;
  if (distinctAtoms(sweep, signal) <= planeRoom(bars, SCORER_CACHES)) return false;
  return doFit(rowCounts(sweep, signal), bars);
}

/** Rows of each operand of a signal. */
function rowCounts(sweep: Sweep, { operands }: SignalBinding): number[] {
  return Object.values(operands).map((one) => combinationsOf(sweep, operandAxes(sweep, one)));
}

function doFit(rows: readonly number[], bars: number): boolean {
  return sum(rows) * ROW_BAR_BYTES * bars < ROW_BYTES - ROW_SLACK_BYTES;
}

/** Rows that a signal compares pairwise, values and keys, where it does. */
function signalRowBytes(
  sweep: Sweep,
  signal: SignalBinding,
  bars: number,
  variants: number,
): number {
  if (signal.rule !== "cross") return 0;
  const rows = rowCounts(sweep, signal);
  const returns = returnBytes(sweep, rows, bars);
  if (distinctAtoms(sweep, signal) <= planeRoom(bars, SCORER_CACHES)) return returns;
  return rowBytes(rows, bars, variants) + returns;
}

/** Daily returns of the variants that an engine scores together; at most one a bar. */
function returnBytes({ ranking }: Sweep, rows: readonly number[], bars: number): number {
  if (!ranking.some(({ metric }) => metric === "sharpe")) return 0;
  const pairs = rows.reduce((product, count) => product * count, 1);
  return Math.min(pairs * bars * NUMBER_BYTES, PAIR_DAY_BYTES);
}

function comparisonRowBytes(
  sweep: Sweep,
  comparison: ComparisonTemplate,
  bars: number,
  variants: number,
): number {
  if (!comparesRows(comparison)) return 0;
  const operands = [comparison.left, comparison.right];
  const rows = operands.map((operand) => combinationsOf(sweep, templateAxes(operand)));
  const returns = returnBytes(sweep, rows, bars);
  const combinations = combinationsOf(sweep, templateAxes(comparison));
  if (combinations <= planeRoom(bars, SCORER_CACHES)) return returns;
  return rowBytes(rows, bars, variants) + returns;
}

/**
 * Rows that do not fit are not kept; counted as full, so that no larger run seems smaller. An
 * engine that scores pairs together has a block of each row beside them, and what its variants
 * carry.
 */
function rowBytes(rows: readonly number[], bars: number, alone: number): number {
  // All rows are made once variants were compared as often as there are rows.
  const made = alone < sum(rows) ? sum(rows.map((count) => Math.min(count, alone))) : sum(rows);
  const barBytes = made * ROW_BAR_BYTES + 2 * NUMBER_BYTES;
  const blocks = Math.min(sum(rows), PAIR_ROWS) * PAIR_ROW_BYTES;
  const pairs = rows.reduce((product, count) => product * count, 1);
  const carried = Math.min(pairs, PAIR_BATCH) * PAIR_VARIANT_BYTES;
  // Variants that an engine does not score are compared series by series where rows do not fit.
  if (alone < Number.POSITIVE_INFINITY && !doFit(rows, bars)) return blocks + carried;
  return Math.min(barBytes * bars + blocks, ROW_BYTES) + carried;
}

/** Most price sources that a thread holds: those named, and the close. */
function sourcesRead(sweep: Sweep, calls: Calls, values: readonly ValueTemplate[]): number {
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

function planeBytes(bars: number): number {
  return planeWords(bars) * 4 + ENTRY_BYTES;
}

function combinationsOf(sweep: Sweep, axes: readonly number[]): number {
  return axes.reduce((product, a) => product * sweep.axes[a].values.length, 1);
}

function boundAxes(params: Readonly<Record<string, Binding>>): number[] {
  return Object.values(params).flatMap((binding) => ("axis" in binding ? [binding.axis] : []));
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
