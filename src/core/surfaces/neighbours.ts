import { complaint, UserError } from "../user-error.ts";
import type { ColumnWork } from "./column-block.ts";
import { groupedStatistics } from "./grouped-statistics.ts";
import { variantValues } from "./rank-variants.ts";
import type { AxisValue, StageAxis, StageGrid } from "./stage-grid.ts";
import { VariantFilter } from "./variant-filter.ts";

export interface NeighboursChoice {
  readonly grid: StageGrid;
  readonly variantIndex: number;
  readonly column: number;
  readonly direction: "ASC" | "DESC";
  /** Steps along each axis, from 1. */
  readonly radius: number;
  readonly room?: number;
}

/** A variant that differs from the one asked about on one axis alone. */
export interface Neighbour {
  readonly axis: string;
  readonly value: AxisValue;
  /** Steps along the axis, negative towards smaller values; 1 on an axis of names. */
  readonly distance: number;
  readonly variantIndex: number;
  /** NaN where undefined. */
  readonly metric: number;
}

/** All neighbours at one distance, on either side of every axis. */
export interface Ring {
  readonly distance: number;
  readonly count: number;
  readonly undefinedCount: number;
  /** Of the defined ones; NaN where there is none. */
  readonly mean: number;
  readonly worst: number;
  /** See `retained`; NaN where the variant has no advantage or the ring no variant. */
  readonly retained: number;
}

export interface Neighbourhood {
  readonly variantIndex: number;
  /** Its metric; NaN where undefined. */
  readonly value: number;
  /** Median of the metric over all variants of the stage. */
  readonly median: number;
  /** The share of the variant's advantage over the median that its neighbours keep; NaN if none. */
  readonly plateauScore: number;
  /** By axis, then along it. */
  readonly neighbours: readonly Neighbour[];
  readonly rings: readonly Ring[];
}

/**
 * How the metric falls off around a variant. Throws UserError for a variant that the stage has not
 * scored.
 */
export function* neighbours(choice: NeighboursChoice): ColumnWork<Neighbourhood> {
  const { grid, variantIndex, column, radius } = choice;
  const position = grid.positionOf(variantIndex);
  if (position < 0) {
    const message = `is not a variant that ${grid.stage} has scored`;
    throw new UserError("VALIDATION", complaint("variantIndex", message, variantIndex));
  }
  const places = placesAround(grid, position, radius);
  const wanted = [variantIndex, ...places.map((place) => place.variantIndex)];
  const values = new Map<number, number>();
  for (const row of yield* variantValues(grid, wanted)) {
    values.set(row.variantIndex, row.values[column]);
  }
  const { quantile } = yield* groupedStatistics({
    ...choice,
    filter: new VariantFilter(grid),
    grouping: { buckets: 1, rules: [{ offset: 0, terms: [] }] },
    deviation: false,
    quantiles: [0.5],
  });
  const median = quantile(0, 0.5);
  const metric = defined(values.get(variantIndex));
  const found = places
    // Of a run that is at work, some may not be stored yet.
    .filter((place) => values.has(place.variantIndex))
    .map((place) => ({ ...place, metric: defined(values.get(place.variantIndex)) }));
  const advantage = { metric, median, isBetter: isBetter(choice.direction) };
  const rings = Array.from({ length: radius }, (_, r) => ringOf(r + 1, found, advantage));
  const plateauScore = meanRetained(found, advantage);
  return { variantIndex, value: metric, median, plateauScore, neighbours: found, rings };
}

interface Advantage {
  readonly metric: number;
  readonly median: number;
  readonly isBetter: (a: number, b: number) => boolean;
}

function isBetter(direction: "ASC" | "DESC"): (a: number, b: number) => boolean {
  return direction === "ASC" ? (a, b) => a < b : (a, b) => a > b;
}

/**
 * The share of the variant's advantage over the median that a neighbour has: 1 where it is as good
 * or better, 0 where it is no better than the median or undefined.
 */
function retained(neighbour: number, { metric, median }: Advantage): number {
  if (Number.isNaN(neighbour)) return 0;
  return Math.min(1, Math.max(0, (neighbour - median) / (metric - median)));
}

/** NaN without neighbours, and where the variant itself is no better than the median. */
function meanRetained(ring: readonly Neighbour[], advantage: Advantage): number {
  if (ring.length === 0 || !advantage.isBetter(advantage.metric, advantage.median)) {
    return Number.NaN;
  }
  const total = ring.reduce((sum, { metric }) => sum + retained(metric, advantage), 0);
  return total / ring.length;
}

function ringOf(distance: number, all: readonly Neighbour[], advantage: Advantage): Ring {
  const ring = all.filter((neighbour) => Math.abs(neighbour.distance) === distance);
  const values = ring.map(({ metric }) => metric).filter((value) => !Number.isNaN(value));
  const worse = (a: number, b: number) => (advantage.isBetter(a, b) ? b : a);
  return {
    distance,
    count: values.length,
    undefinedCount: ring.length - values.length,
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    worst: values.length === 0 ? Number.NaN : values.reduce(worse),
    retained: meanRetained(ring, advantage),
  };
}

type Place = Omit<Neighbour, "metric">;

function placesAround(grid: StageGrid, position: number, radius: number): Place[] {
  const digits = grid.digits(position, new Int32Array(grid.axes.length));
  return grid.axes.flatMap((axis, a) => {
    const own = digits[a];
    return stepsFrom(axis, own, radius).flatMap(({ digit, distance }) => {
      digits[a] = digit;
      const at = grid.positionAt(digits);
      digits[a] = own;
      if (at < 0) return [];
      const variantIndex = grid.variantIndex(at);
      return [{ axis: axis.name, value: axis.values[digit], distance, variantIndex }];
    });
  });
}

interface Step {
  readonly digit: number;
  readonly distance: number;
}

/**
 * Numbers are ordered by size, and off is beyond the largest, as a stop that is never hit. Names
 * have no order: each is one step from every other.
 */
function stepsFrom({ values }: StageAxis, own: number, radius: number): Step[] {
  if (typeof values[own] === "string") {
    return values.flatMap((_, digit) => (digit === own ? [] : [{ digit, distance: 1 }]));
  }
  const size = (digit: number) => (values[digit] ?? Number.POSITIVE_INFINITY) as number;
  const order = values
    .map((_, digit) => digit)
    .filter((digit) => typeof values[digit] !== "string")
    .sort((a, b) => (size(a) === size(b) ? 0 : size(a) - size(b)));
  const place = order.indexOf(own);
  return order
    .map((digit, at) => ({ digit, distance: at - place }))
    .filter(({ distance }) => distance !== 0 && Math.abs(distance) <= radius);
}

function defined(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : Number.NaN;
}
