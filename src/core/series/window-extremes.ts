/**
 * Highest and lowest values of the `window` bars ending at each bar; NaN where the bars are not all
 * there. One pass with a queue of candidates, each entered and left once: O(bars) for any window.
 */
export function highest(series: Float64Array, window: number): Float64Array {
  return valuesAt(series, highestBars(series, window));
}

export function lowest(series: Float64Array, window: number): Float64Array {
  return valuesAt(series, lowestBars(series, window));
}

/**
 * The bar of the highest value of each window, the latest of equal ones; -1 where bars are absent.
 */
export function highestBars(series: Float64Array, window: number): Int32Array {
  return extremeBars(series, window, (entering, candidate) => entering >= candidate);
}

/**
 * The bar of the lowest value of each window, the latest of equal ones; -1 where bars are absent.
 */
export function lowestBars(series: Float64Array, window: number): Int32Array {
  return extremeBars(series, window, (entering, candidate) => entering <= candidate);
}

/** `outdoes`: whether a candidate can never again be the extreme once `entering` has come. */
function extremeBars(
  series: Float64Array,
  window: number,
  outdoes: (entering: number, candidate: number) => boolean,
): Int32Array {
  const out = new Int32Array(series.length).fill(-1);
  const queue = new Int32Array(series.length);
  let head = 0;
  let tail = 0;
  let runStart = 0;
  for (let t = 0; t < series.length; t++) {
    const value = series[t];
    if (!Number.isFinite(value)) {
      runStart = t + 1;
      head = tail;
      continue;
    }
    while (tail > head && outdoes(value, series[queue[tail - 1]])) tail -= 1;
    queue[tail++] = t;
    const from = t - window + 1;
    if (queue[head] < from) head += 1;
    if (from >= runStart) out[t] = queue[head];
  }
  return out;
}

function valuesAt(series: Float64Array, bars: Int32Array): Float64Array {
  const out = new Float64Array(series.length);
  for (let t = 0; t < out.length; t++) out[t] = bars[t] < 0 ? Number.NaN : series[bars[t]];
  return out;
}
