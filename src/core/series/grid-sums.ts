/** Differences of two prefix sums below this bound are integers below 2^53, so they are exact. */
export const MAX_PREFIX = 2 ** 52;
/** The finest decimal grid tried: 8 decimals of a price and 2 more for its half or quarter. */
const FINEST_SCALE = 1e10;
/**
 * Bars that are summed in one go: a short function that is called often is compiled once for all
 * series, where one long loop was compiled anew for each, while it ran.
 */
const STRETCH = 2_048;

/** From a bar on values need a finer scale than before. */
export interface ScaleStep {
  readonly bar: number;
  readonly scale: number;
}

/** See PrefixSum, whose fields these are. */
export interface GridSums {
  readonly scaleSteps: readonly ScaleStep[];
  readonly scale: number;
  readonly bars: number;
  readonly ticks: Float64Array;
  readonly largestTick: number;
  /** Whether one of these bars has no value. */
  readonly lacks: boolean;
}

/** Places of the running numbers. */
const [SUM, LARGEST_SUM, LARGEST_TICK] = [0, 1, 2];

/**
 * Sums integers on the coarsest decimal grid that holds all bars so far, as far as one does, into
 * `ticks`, whatever is there: one more than bars.
 */
export function sumOnGrid(series: Float64Array, ticks: Float64Array): GridSums {
  ticks[0] = 0;
  const scaleSteps: ScaleStep[] = [{ bar: 0, scale: 1 }];
  const running = new Float64Array(3);
  let scale = 1;
  let bars = 0;
  let lacks = false;
  while (bars < series.length) {
    bars = sumWhileOnGrid({ series, ticks, scale, running }, bars);
    if (bars === series.length) break;
    // A value that is absent, or off the grid, or too large.
    const isThere = Number.isFinite(series[bars]);
    const value = isThere ? series[bars] : 0;
    lacks ||= !isThere;
    if (Math.round(value * scale) / scale !== value) {
      const factor = scaleFor(value, scale) / scale;
      if (!(running[LARGEST_SUM] * factor <= MAX_PREFIX)) break;
      for (let i = 1; i <= bars; i++) ticks[i] *= factor;
      for (let i = 0; i < running.length; i++) running[i] *= factor;
      scale *= factor;
      scaleSteps.push({ bar: bars, scale });
    }
    const tick = Math.round(value * scale);
    if (!addTick(running, tick)) break;
    ticks[++bars] = running[SUM];
  }
  return { scale, scaleSteps, bars, ticks, largestTick: running[LARGEST_TICK], lacks };
}

interface Summing {
  readonly series: Float64Array;
  readonly ticks: Float64Array;
  readonly scale: number;
  readonly running: Float64Array;
}

/** Goes on from a bar to the first that is absent, off the grid or too large; which that is. */
function sumWhileOnGrid(summing: Summing, from: number): number {
  const { length } = summing.series;
  for (let bar = from; bar < length; ) {
    const to = Math.min(bar + STRETCH, length);
    bar = sumStretch(summing, bar, to);
    if (bar < to) return bar;
  }
  return length;
}

function sumStretch({ series, ticks, scale, running }: Summing, from: number, to: number): number {
  let sum = running[SUM];
  let largestSum = running[LARGEST_SUM];
  let largestTick = running[LARGEST_TICK];
  let bar = from;
  for (; bar < to; bar++) {
    const value = series[bar];
    const tick = Math.round(value * scale);
    const next = sum + tick;
    const size = Math.abs(next);
    // Also where it is no number, and where it is infinite.
    if (tick / scale !== value || !(size <= MAX_PREFIX)) break;
    sum = next;
    ticks[bar + 1] = sum;
    if (size > largestSum) largestSum = size;
    if (Math.abs(tick) > largestTick) largestTick = Math.abs(tick);
  }
  running[SUM] = sum;
  running[LARGEST_SUM] = largestSum;
  running[LARGEST_TICK] = largestTick;
  return bar;
}

/** False, and nothing added, where the sum would be too large. */
function addTick(running: Float64Array, tick: number): boolean {
  const sum = running[SUM] + tick;
  if (Math.abs(sum) > MAX_PREFIX) return false;
  running[SUM] = sum;
  running[LARGEST_SUM] = Math.max(running[LARGEST_SUM], Math.abs(sum));
  running[LARGEST_TICK] = Math.max(running[LARGEST_TICK], Math.abs(tick));
  return true;
}

/** The first power of ten from `scale` on whose grid holds the value; infinite when none does. */
export function scaleFor(value: number, scale: number): number {
  for (let finer = scale; finer <= FINEST_SCALE; finer *= 10) {
    if (Math.round(value * finer) / finer === value) return finer;
  }
  return Number.POSITIVE_INFINITY;
}
