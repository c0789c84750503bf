import type { AccountRules } from "../execution/account.ts";
import type { EventRange } from "../execution/event-engine.ts";
import { NEEDS_DAYS, NEEDS_DRAWDOWN, rankingValue } from "../metrics/ranking-values.ts";
import { Days } from "../series/days.ts";
import { seriesKey } from "../signals/series-key.ts";
import type { BatchEngine, BatchSize, BatchTask } from "./batch-engine.ts";
import type { RowSource } from "./pair-rows.ts";
import { type PairMarket, PairVariant } from "./pair-variant.ts";
import { PAIR_BATCH, PAIR_DAY_BYTES, ROW_BYTES } from "./scorer-caches.ts";
import type { PairShape } from "./strategy-shape.ts";

const BLOCK_BARS = 512;
/** A row costs about as much as a variant; so many of them make rows cheap. */
const VARIANTS_A_ROW = 32;
/** Variants times bars that take some tenths of a second. */
const LONG_VARIANT_BARS = 1e7;
/** Variants of a block between two looks at whether to stop. */
const VARIANTS_A_LOOK = 256;
const NUMBER_BYTES = 8;

/**
 * The readable twin of the kernels' pair engine: block by block of bars, all variants of a batch
 * within a block, each of which goes on from where it was. Rows are kept whole.
 */
export class ReadablePairEngine implements BatchEngine {
  readonly size: BatchSize;
  readonly #task: BatchTask<PairShape>;
  readonly #market: PairMarket;
  readonly #rows = new Map<string, Float64Array>();

  /** Null where the rows do not fit, or the direction leaves no side. */
  static of(
    task: BatchTask<PairShape>,
    rules: AccountRules,
    range: EventRange,
  ): ReadablePairEngine | null {
    const { left, right, long, short } = task.shape;
    const rows = combinations(task, left) + combinations(task, right);
    if (!(long || short) || rows * range.close.length * NUMBER_BYTES > ROW_BYTES) return null;
    return new ReadablePairEngine(task, rules, range, rows);
  }

  private constructor(
    task: BatchTask<PairShape>,
    rules: AccountRules,
    range: EventRange,
    rows: number,
  ) {
    const { metrics, shape } = task;
    const days = metrics.some((metric) => NEEDS_DAYS.includes(metric));
    this.#task = task;
    this.#market = {
      rules,
      close: range.close,
      long: shape.long,
      short: shape.short,
      drawdowns: metrics.some((metric) => NEEDS_DRAWDOWN.includes(metric)),
      days: days ? new Days(range.openTimes, range.timeframeMs) : null,
    };
    const dayBytes = (this.#market.days?.count ?? 0) * NUMBER_BYTES;
    const byDays = Math.floor(PAIR_DAY_BYTES / Math.max(1, dayBytes));
    const most = Math.max(1, Math.min(PAIR_BATCH, byDays));
    const least = Math.min(most, rows * VARIANTS_A_ROW);
    this.size = { least, most, isLong: most * range.close.length > LONG_VARIANT_BARS };
  }

  score(variants: Float64Array, out: Float64Array, stop: (done: number) => boolean): boolean {
    const opened = this.#open(variants);
    const bars = this.#market.close.length;
    for (let bar = 0; bar < bars; bar += BLOCK_BARS) {
      const end = Math.min(bars, bar + BLOCK_BARS);
      for (const [place, variant] of opened.entries()) {
        if (place % VARIANTS_A_LOOK === 0) {
          const share = place / opened.length;
          if (stop((bar + share * BLOCK_BARS) / (bars + BLOCK_BARS))) return false;
        }
        variant.goOn(bar, end);
      }
    }
    this.#close(opened, out);
    return true;
  }

  #open(variants: Float64Array): readonly PairVariant[] {
    const { space, shape } = this.#task;
    const digits = new Int32Array(space.grid.axes.length);
    return Array.from(variants, (index) => {
      space.grid.digits(index, digits);
      const [left, right] = [this.#row(shape.left, digits), this.#row(shape.right, digits)];
      return new PairVariant(this.#market, left, right);
    });
  }

  #row(source: RowSource, digits: Int32Array): Float64Array {
    const ref = source.series(digits);
    const key = seriesKey(ref);
    const row = this.#rows.get(key) ?? this.#task.source.series(ref);
    this.#rows.set(key, row);
    return row;
  }

  #close(variants: readonly PairVariant[], out: Float64Array): void {
    const { metrics, sweep } = this.#task;
    for (const [row, variant] of variants.entries()) {
      const sums = variant.sums();
      for (const [m, metric] of metrics.entries()) {
        out[row * metrics.length + m] = rankingValue(metric, sums, sweep.execution);
      }
    }
  }
}

/** How many rows an operand has. */
function combinations({ space }: BatchTask, { axes }: RowSource): number {
  return axes.reduce((size, axis) => size * space.grid.axes[axis].values.length, 1);
}
