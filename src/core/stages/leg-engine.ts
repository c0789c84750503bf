import type { LegPanel } from "../execution/leg-panel.ts";
import type { LevelLegs } from "../execution/level-legs.ts";
import { totalReturnPct } from "../metrics/ranking-formulas.ts";
import { NEEDS_DAYS, NEEDS_DRAWDOWN, rankingValue } from "../metrics/ranking-values.ts";
import type { BitPlane } from "../series/bit-plane.ts";
import type { SeriesRef } from "../signals/atom.ts";
import { isServedByEveryBackend, type PlanePair } from "./backend.ts";
import type { BatchEngine, BatchSize, BatchTask } from "./batch-engine.ts";
import { ClassPanel } from "./class-panel.ts";
import { type LegGates, legGates } from "./leg-gates.ts";
import { LegGrid } from "./leg-grid.ts";
import type { LegShape } from "./leg-shape.ts";
import type { SignalPlanesOptions } from "./signal-planes.ts";

/** Indices of a block beyond which panels would be too far from one another. */
const MAX_BLOCK = 1 << 18;
const LEAST_BATCH = 16_384;
const MOST_BATCH = 32_768;
/** Bars times panels after which an engine looks whether to go on: a few milliseconds. */
const BARS_A_LOOK = 1_000_000;

/** Stands where no metric reads it. */
const NO_DAYS = {
  days: 0,
  growth: 1,
  returnSum: 0,
  downsideSum: 0,
  broken: false,
  squares: () => 0,
};

/** Scores a variant by itself. */
export type ScoreAlone = (index: number, out: Float64Array, offset: number) => void;

/**
 * Scores strategies of independent legs panel by panel: variants that share everything but the
 * levels of their two sides. A panel whose sides do not exclude one another is scored variant by
 * variant, and so are variants whose comparisons fit no panel.
 */
export class LegEngine implements BatchEngine {
  readonly size: BatchSize;
  readonly #task: BatchTask<LegShape>;
  readonly #alone: ScoreAlone;
  readonly #grid: LegGrid;
  readonly #gates: LegGates;
  readonly #classes: readonly ClassPanel[];
  readonly #bars: number;
  readonly #closed: BitPlane;
  /** Every cell of a panel. */
  readonly #all: readonly number[];

  /** Null where a panel does not give what is asked for. */
  static of(
    task: BatchTask<LegShape>,
    planes: SignalPlanesOptions,
    alone: ScoreAlone,
  ): LegEngine | null {
    const { sweep, space, metrics } = task;
    const barwise = [...NEEDS_DRAWDOWN, ...NEEDS_DAYS];
    if (metrics.some((metric) => barwise.includes(metric)) || sweep.execution.sizing !== "ALL_IN")
      return null;
    if (!isServedByEveryBackend(sweep)) return null;
    const grid = new LegGrid(space, task.shape);
    return grid.blockSize > MAX_BLOCK ? null : new LegEngine(task, planes, alone, grid);
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
    const grain = grid.blockSize;
    this.size = {
      grain,
      least: Math.max(LEAST_BATCH, grain),
      most: Math.max(MOST_BATCH, grain),
    };
  }

  score(from: number, to: number, out: Float64Array, stop: (done: number) => boolean): boolean {
    out.fill(Number.NaN);
    const panels = this.#panels(from, to);
    let barsWalked = 0;
    for (const [position, panel] of panels.entries()) {
      const soon = { [Symbol.iterator]: () => this.#seriesFrom(panels, position + 1) };
      barsWalked += this.#bars * this.#scorePanel(panel, { from, to, out, soon });
      if (barsWalked < BARS_A_LOOK) continue;
      barsWalked = 0;
      if (stop((position + 1) / panels.length)) return false;
    }
    return true;
  }

  /** Numbers of the panels of a range: those of the same legs after one another. */
  #panels(from: number, to: number): Float64Array {
    const { blockSize, panelsABlock } = this.#grid;
    const first = Math.floor(from / blockSize) * panelsABlock;
    const count = Math.ceil(to / blockSize) * panelsABlock - first;
    const legs = Float64Array.from({ length: count }, (_, position) =>
      this.#grid.legsOf(first + position),
    );
    const order = Uint32Array.from(legs.keys()).sort((a, b) => legs[a] - legs[b] || a - b);
    return Float64Array.from(order, (position) => first + position);
  }

  /** What the panels from a position on compare with levels. */
  *#seriesFrom(panels: Float64Array, position: number): Generator<SeriesRef> {
    const { long, short } = this.#task.shape;
    const digits = new Int32Array(this.#task.sweep.axes.length);
    for (let at = position; at < panels.length; at++) {
      this.#grid.digits(panels[at], digits);
      for (const { series } of [long, short]) if (series !== undefined) yield series(digits);
    }
  }

  /** Returns 1, or 0 where no variant of the panel is asked for. */
  #scorePanel(panel: number, range: ScoredRange): number {
    const { cells } = this.#grid;
    const { clock, source, metrics } = this.#task;
    const first = this.#grid.firstIndex(panel);
    const asked = this.#askedCells(first, this.#grid.digits(panel), range);
    if (asked.length === 0) return 0;
    source.makeRoom();
    const digits = this.#grid.digits(panel);
    const before = clock.enter("atoms");
    const gate = this.#gates(digits);
    clock.back(before);
    let rest = asked;
    for (const one of this.#classes) {
      if (rest.length > 0) rest = this.#scoreClass(one, rest, { first, digits, gate }, range);
    }
    for (const cell of rest) {
      const index = first + cells.offsets[cell];
      this.#alone(index, range.out, (index - range.from) * metrics.length);
    }
    return 1;
  }

  /** Cells of the panel that exist and are in the range. */
  #askedCells(first: number, digits: Int32Array, { from, to }: ScoredRange): readonly number[] {
    const { count, offsets } = this.#grid.cells;
    if (this.#grid.isWhole && first >= from && first + offsets[count - 1] < to) return this.#all;
    const asked: number[] = [];
    for (let cell = 0; cell < count; cell++) {
      const index = first + offsets[cell];
      if (index >= from && index < to && this.#grid.exists(digits, cell)) asked.push(cell);
    }
    return asked;
  }

  /** Scores those of the cells that are of the class; returns the others. */
  #scoreClass(
    one: ClassPanel,
    cells: readonly number[],
    { first, digits, gate }: PanelAt,
    range: ScoredRange,
  ): readonly number[] {
    if (!cells.some((cell) => one.places[cell] >= 0)) return cells;
    const { sweep, shape, clock, metrics } = this.#task;
    const before = clock.enter("atoms");
    const { long, short } = one.legs(digits, range.soon);
    const excluded = shape.exclusive || !holdTogether(long, short, gate);
    clock.back(before);
    if (!excluded) return cells;
    const { direction } = sweep.execution;
    one.panel.settle(
      { legs: long, gate: direction === "SHORT_ONLY" ? this.#closed : gate.long },
      { legs: short, gate: direction === "LONG_ONLY" ? this.#closed : gate.short },
    );
    const { offsets } = this.#grid.cells;
    const { out, from } = range;
    const others: number[] = [];
    for (const cell of cells) {
      const place = one.places[cell];
      if (place < 0) {
        others.push(cell);
        continue;
      }
      this.#write(one.panel, place, out, (first + offsets[cell] - from) * metrics.length);
    }
    return others;
  }

  /** Writes the metrics of the account at a place of the panel. */
  #write({ cash, tallies }: LegPanel, place: number, out: Float64Array, at: number): void {
    const { metrics, sweep } = this.#task;
    const { startCash } = sweep.execution;
    if (tallies === null) {
      const value = totalReturnPct(cash[place], startCash);
      for (let m = 0; m < metrics.length; m++) out[at + m] = value;
      return;
    }
    const trades = {
      count: tallies.count[place],
      wins: tallies.wins[place],
      grossProfit: tallies.grossProfit[place],
      grossLoss: tallies.grossLoss[place],
      returnSum: tallies.returnSum[place],
    };
    const sums = { equity: cash[place], trades, deepest: 0, daily: NO_DAYS };
    for (let m = 0; m < metrics.length; m++) {
      out[at + m] = rankingValue(metrics[m], sums, sweep.execution);
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

interface ScoredRange {
  readonly from: number;
  readonly to: number;
  readonly out: Float64Array;
  /** Series of the panels that come after the one at hand. */
  readonly soon: Iterable<SeriesRef>;
}

/** The loosest legs hold wherever any of their side does. */
function holdTogether(long: LevelLegs, short: LevelLegs, gate: PlanePair): boolean {
  for (let w = 0; w < long.some.length; w++) {
    if ((long.some[w] & gate.long[w] & short.some[w] & gate.short[w]) !== 0) return true;
  }
  return false;
}
