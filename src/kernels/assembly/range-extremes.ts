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

/** Up to this many bars are read one after the other, which the cache likes better than a table. */
const SCAN_BARS: i32 = 128;

/**
 * Sets the extremes of bars `[from, to)`; the range is not empty. The last four bars may be looked
 * at twice: an extreme does not mind.
 */
export function queryExtremes(from: i32, to: i32): void {
  if (to - from < 4) {
    rangeMin = Infinity;
    rangeMax = -Infinity;
    scan(from, to);
    return;
  }
  const tail = series + (<usize>to << 3) - 32;
  let low0 = v128.load(tail);
  let low1 = v128.load(tail, 16);
  let high0 = low0;
  let high1 = low1;
  const scanned = to - from <= SCAN_BARS ? to : (from + 3) & ~3;
  const end = min(series + (<usize>scanned << 3), tail);
  for (let at = series + (<usize>from << 3); at < end; at += 32) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    low0 = f64x2.pmin(low0, a);
    low1 = f64x2.pmin(low1, b);
    high0 = f64x2.pmax(high0, a);
    high1 = f64x2.pmax(high1, b);
  }
  const low = f64x2.pmin(low0, low1);
  const high = f64x2.pmax(high0, high1);
  rangeMin = min<f64>(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1));
  rangeMax = max<f64>(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1));
  if (scanned != to) addBlocks(scanned >> BLOCK_SHIFT, to >> BLOCK_SHIFT);
}

function addBlocks(firstBlock: i32, lastBlock: i32): void {
  const level = 31 - clz<i32>(lastBlock - firstBlock);
  const row = <usize>level * rowBytes;
  const first = <usize>firstBlock << 3;
  const second = <usize>(lastBlock - (1 << level)) << 3;
  rangeMin = min<f64>(rangeMin, load<f64>(minima + row + first));
  rangeMin = min<f64>(rangeMin, load<f64>(minima + row + second));
  rangeMax = max<f64>(rangeMax, load<f64>(maxima + row + first));
  rangeMax = max<f64>(rangeMax, load<f64>(maxima + row + second));
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
