import type { LegPanel } from "../execution/leg-panel.ts";
import type { LevelLegs } from "../execution/level-legs.ts";
import { totalReturnPct } from "../metrics/ranking-formulas.ts";
import { asksReturnOnly, rankingValue } from "../metrics/ranking-values.ts";
import type { BitPlane } from "../series/bit-plane.ts";
import type { SeriesRef } from "../signals/atom.ts";
import type { PlanePair } from "./backend.ts";
import type { BatchTask, IndexRange } from "./batch-engine.ts";
import { ClassPanel } from "./class-panel.ts";
import { type LegGates, legGates } from "./leg-gates.ts";
import { LegGrid } from "./leg-grid.ts";
import { panelsServe } from "./leg-service.ts";
import type { LegShape } from "./leg-shape.ts";
import { PanelOrder } from "./panel-order.ts";
import type { SignalPlanesOptions } from "./signal-planes.ts";
import type { Span, StageOutput, StageWork } from "./stage-output.ts";

/** Bars times panels after which an engine looks whether to go on: a few milliseconds. */
const BARS_A_LOOK = 1_000_000;
/** As many variants of a panel take about as long as one panel of which the end cash is asked. */
const WATCHED_A_PANEL = 8;

/** Scores a variant by itself. */
export type ScoreAlone = (index: number, out: Float64Array, offset: number) => void;

/**
 * Scores strategies of independent legs panel by panel: variants that share everything but the
 * levels of their two sides. A panel whose sides do not exclude one another is scored variant by
 * variant, and so are variants whose comparisons fit no panel.
 */
export class LegEngine {
  readonly #task: BatchTask<LegShape>;
  readonly #alone: ScoreAlone;
  readonly #grid: LegGrid;
  readonly #gates: LegGates;
  readonly #classes: readonly ClassPanel[];
  readonly #bars: number;
  readonly #closed: BitPlane;
  /** Every cell of a panel. */
  readonly #all: readonly number[];
  /** Metrics of a variant that is scored by itself. */
  readonly #row: Float64Array;
  readonly #asksReturnOnly: boolean;
  /** How long a panel takes, in panels of which the end cash is asked. */
  readonly #weight: number;

  /** Null where a panel does not give what is asked for. */
  static of(
    task: BatchTask<LegShape>,
    planes: SignalPlanesOptions,
    alone: ScoreAlone,
  ): LegEngine | null {
    const { sweep, space, metrics, shape } = task;
    if (!panelsServe(sweep, space.grid, shape, metrics)) return null;
    return new LegEngine(task, planes, alone, new LegGrid(space, shape));
  }

  constructor(
    task: BatchTask<LegShape>,
    planes: SignalPlanesOptions,
    alone: ScoreAlone,
    grid: LegGrid,
  ) {
    const { sweep, space, shape } = task;
    this.#task = task;
    this.#alone = alone;
    this.#grid = grid;
    this.#gates = legGates(sweep, space.grid, shape, planes);
    this.#bars = sweep.lastBar - sweep.firstBar;
    this.#closed = planes.newPlane();
    this.#classes = shape.classes.map((one) => new ClassPanel(one, task, planes, grid));
    this.#all = Array.from({ length: grid.cells.count }, (_, cell) => cell);
    this.#row = new Float64Array(task.metrics.length);
    this.#asksReturnOnly = asksReturnOnly(task.metrics);
    this.#weight = this.#asksReturnOnly ? 1 : 1 + grid.cells.count / WATCHED_A_PANEL;
  }

  work(range: IndexRange): StageWork {
    const order = new PanelOrder(this.#grid, range.from, range.to);
    return {
      count: order.count,
      pieceSize: this.#grid.cells.count,
      batched: false,
      score: (span, output, stop) => this.#score({ range, order, output }, span, stop),
    };
  }

  #score(within: Within, span: Span, stop: (scored: number) => boolean): number {
    const { clock } = this.#task;
    const before = clock.enter("events");
    let scored = 0;
    for (let position = span.from, bars = 0; position < span.to; position++) {
      if (bars === 0 && stop(scored)) break;
      const ahead = {
        [Symbol.iterator]: () => this.#seriesWithin(within, position + 1, span.soon),
      };
      const panel = this.#scorePanel(within.order.at(position), { ...within, ahead });
      scored += panel;
      bars += panel === 0 ? 0 : this.#bars * this.#weight;
      if (bars >= BARS_A_LOOK) bars = 0;
    }
    clock.back(before);
    return scored;
  }

  /** What the panels at some positions compare with levels. */
  *#seriesWithin({ order }: Within, from: number, to: number): Generator<SeriesRef> {
    const { long, short } = this.#task.shape;
    // Both sides may compare the same one.
    const sides = new Set([long.series, short.series]);
    const digits = new Int32Array(this.#task.sweep.axes.length);
    for (let at = from; at < to; at++) {
      this.#grid.digits(order.at(at), digits);
      for (const series of sides) if (series !== undefined) yield series(digits);
    }
  }

  /** Returns how many variants of the panel are asked for, which are then scored. */
  #scorePanel(panel: number, within: PanelsWithin): number {
    const { clock, source } = this.#task;
    const first = this.#grid.firstIndex(panel);
    const asked = this.#askedCells(first, this.#grid.digits(panel), within);
    if (asked.length === 0) return 0;
    source.makeRoom();
    const digits = this.#grid.digits(panel);
    const before = clock.enter("atoms");
    const gate = this.#gates(digits);
    clock.back(before);
    let rest = asked;
    for (const one of this.#classes) {
      if (rest.length > 0) rest = this.#scoreClass(one, rest, { first, digits, gate }, within);
    }
    for (const cell of rest) this.#scoreAlone(first + this.#grid.cells.offsets[cell], within);
    const scoring = clock.enter("merge");
    this.#offer(first, asked, within.output);
    clock.back(scoring);
    return asked.length;
  }

  /** Cells of the panel that exist and are in the range; what is forbidden there is undefined. */
  #askedCells(first: number, digits: Int32Array, within: PanelsWithin): readonly number[] {
    const { count, offsets } = this.#grid.cells;
    const { range, output } = within;
    const isInside = first >= range.from && first + offsets[count - 1] < range.to;
    if (this.#grid.isWhole && isInside) return this.#all;
    const asked: number[] = [];
    for (let cell = 0; cell < count; cell++) {
      const index = first + offsets[cell];
      if (index < range.from || index >= range.to) continue;
      if (this.#grid.exists(digits, cell)) asked.push(cell);
      else for (const column of output.columns) column[index - output.origin] = Number.NaN;
    }
    return asked;
  }

  #scoreAlone(index: number, { output: { columns, origin } }: PanelsWithin): void {
    this.#alone(index, this.#row, 0);
    for (let m = 0; m < columns.length; m++) columns[m][index - origin] = this.#row[m];
  }

  /** Offers cells whose metrics are in the columns, as many at once as have indices in a row. */
  #offer(first: number, asked: readonly number[], { top, columns, origin }: StageOutput): void {
    const { offsets } = this.#grid.cells;
    for (let i = 0; i < asked.length; ) {
      const index = first + offsets[asked[i]];
      let count = 1;
      while (i + count < asked.length && first + offsets[asked[i + count]] === index + count) {
        count++;
      }
      top.offerColumns({ columns, from: index - origin, count }, index);
      i += count;
    }
  }

  /** Scores those of the cells that are of the class; returns the others. */
  #scoreClass(
    one: ClassPanel,
    cells: readonly number[],
    { first, digits, gate }: PanelAt,
    { ahead, output }: PanelsWithin,
  ): readonly number[] {
    if (!cells.some((cell) => one.places[cell] >= 0)) return cells;
    const { sweep, shape, clock } = this.#task;
    const before = clock.enter("atoms");
    const { long, short } = one.legs(digits, ahead);
    const excluded = shape.exclusive || !holdTogether(long, short, gate);
    clock.back(before);
    if (!excluded) return cells;
    const { direction } = sweep.execution;
    one.panel.settle(
      { legs: long, gate: direction === "SHORT_ONLY" ? this.#closed : gate.long },
      { legs: short, gate: direction === "LONG_ONLY" ? this.#closed : gate.short },
    );
    const { offsets } = this.#grid.cells;
    const others: number[] = [];
    for (const cell of cells) {
      const place = one.places[cell];
      if (place < 0) others.push(cell);
      else this.#write(one.panel, place, output.columns, first + offsets[cell] - output.origin);
    }
    return others;
  }

  /** Writes the metrics of the account at a place of the panel. */
  #write(panel: LegPanel, place: number, columns: readonly Float64Array[], at: number): void {
    const { metrics, sweep } = this.#task;
    const { execution } = sweep;
    if (this.#asksReturnOnly) {
      const value = totalReturnPct(panel.cash(place), execution.startCash);
      for (let m = 0; m < columns.length; m++) columns[m][at] = value;
      return;
    }
    const sums = panel.sums(place);
    for (let m = 0; m < columns.length; m++) {
      columns[m][at] = rankingValue(metrics[m], sums, execution);
    }
  }
}

/** A panel of the grid. */
interface PanelAt {
  /** Its first index, and the digits of it. */
  readonly first: number;
  readonly digits: Int32Array;
  readonly gate: PlanePair;
}

/** Indices that are asked for, their panels, and where their metrics go. */
interface Within {
  readonly range: IndexRange;
  readonly order: PanelOrder;
  readonly output: StageOutput;
}

interface PanelsWithin extends Within {
  /** Series of the panels that come after the one at hand. */
  readonly ahead: Iterable<SeriesRef>;
}

/** The loosest legs hold wherever any of their side does. */
function holdTogether(long: LevelLegs, short: LevelLegs, gate: PlanePair): boolean {
  for (let w = 0; w < long.some.length; w++) {
    if ((long.some[w] & gate.long[w] & short.some[w] & gate.short[w]) !== 0) return true;
  }
  return false;
}
