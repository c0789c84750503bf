/** Twin of core/series/range-extremes.ts over tables that the loader has copied here: one row a level. */
const BLOCK_SHIFT: i32 = 2;

export let rangeMin: f64 = 0;
export let rangeMax: f64 = 0;

let series: usize = 0;
/** Row `level` starts at `table + level * rowBytes`. */
let minima: usize = 0;
let maxima: usize = 0;
let rowBytes: usize = 0;
let blocks: i32 = 0;

export function setExtremes(seriesAt: usize, minimaAt: usize, maximaAt: usize, rowLength: i32): void {
  series = seriesAt;
  minima = minimaAt;
  maxima = maximaAt;
  rowBytes = <usize>rowLength << 3;
  blocks = rowLength;
}

/** Sets the extremes of bars `[from, to)`; the range is not empty. */
export function queryExtremes(from: i32, to: i32): void {
  const firstBlock = (from + 3) >> BLOCK_SHIFT;
  const lastBlock = to >> BLOCK_SHIFT;
  rangeMin = Infinity;
  rangeMax = -Infinity;
  if (firstBlock >= lastBlock) {
    scan(from, to);
    return;
  }
  scan(from, firstBlock << BLOCK_SHIFT);
  scan(lastBlock << BLOCK_SHIFT, to);
  const level = 31 - clz<i32>(lastBlock - firstBlock);
  const row = <usize>level * rowBytes;
  const a = <usize>firstBlock << 3;
  const b = <usize>(lastBlock - (1 << level)) << 3;
  const low = min<f64>(load<f64>(minima + row + a), load<f64>(minima + row + b));
  const high = max<f64>(load<f64>(maxima + row + a), load<f64>(maxima + row + b));
  if (low < rangeMin) rangeMin = low;
  if (high > rangeMax) rangeMax = high;
}

/**
 * Bounds of bars `[from, to)`: extremes of the whole blocks that cover them, so never too narrow. No loop and no
 * branch: the common case of a test that asks whether anything can have happened at all.
 */
export function boundExtremes(from: i32, to: i32): void {
  const firstBlock = from >> BLOCK_SHIFT;
  const lastBlock = min((to + 3) >> BLOCK_SHIFT, blocks);
  if (firstBlock >= lastBlock) {
    // The last bars, which fill no block.
    rangeMin = -Infinity;
    rangeMax = Infinity;
    return;
  }
  const level = 31 - clz<i32>(lastBlock - firstBlock);
  const row = <usize>level * rowBytes;
  const a = <usize>firstBlock << 3;
  const b = <usize>(lastBlock - (1 << level)) << 3;
  const covered = to <= lastBlock << BLOCK_SHIFT;
  rangeMin = select<f64>(
    min<f64>(load<f64>(minima + row + a), load<f64>(minima + row + b)),
    -Infinity,
    covered,
  );
  rangeMax = select<f64>(
    max<f64>(load<f64>(maxima + row + a), load<f64>(maxima + row + b)),
    Infinity,
    covered,
  );
}

function scan(from: i32, to: i32): void {
  for (let t = from; t < to; t++) {
    const x = load<f64>(series + (<usize>t << 3));
    if (x < rangeMin) rangeMin = x;
    if (x > rangeMax) rangeMax = x;
  }
}
