/** Twin of strengthOfWhole in core/indicators/relative-strength.ts, four windows at once. */

/** Changes below it can be doubled. */
const LARGEST: f64 = 4.49423283715579e307;

// Fields of a lane: its row, its first bar with a value, 1 / window, and the averages at that bar.
const ROW: usize = 0;
const FIRST: usize = 4;
const WEIGHT: usize = 8;
const UP: usize = 16;
const DOWN: usize = 24;
const LANE_BYTES: usize = 32;
const LANES: usize = 4;

/** Rises and falls of a series; false where it has a hole. */
export function splitChanges(series: usize, bars: i32, rises: usize, falls: usize): bool {
  let whole = true;
  for (let t = 1; t < bars; t++) {
    const at = <usize>t << 3;
    const change = load<f64>(series + at) - load<f64>(series + at - 8);
    const size = abs(change);
    whole = whole && size < LARGEST;
    store<f64>(rises + at, (size + change) * 0.5);
    store<f64>(falls + at, (size - change) * 0.5);
  }
  return whole;
}

/**
 * Writes the rows of four lanes, whose first bars are all there. Rises, falls and rows have room for
 * a bar more; beyond the last one rows are NaN.
 */
export function strengthRows(rises: usize, falls: usize, bars: i32, lanes: usize): void {
  let first = 0;
  for (let lane = lanes; lane < lanes + LANES * LANE_BYTES; lane += LANE_BYTES) {
    first = max(first, load<i32>(lane, FIRST));
  }
  for (let lane = lanes; lane < lanes + LANES * LANE_BYTES; lane += LANE_BYTES) {
    beginLane(rises, falls, first, lane);
  }
  const a = lanes;
  const b = lanes + LANE_BYTES;
  const c = lanes + 2 * LANE_BYTES;
  const d = lanes + 3 * LANE_BYTES;
  const rowA = <usize>load<u32>(a, ROW);
  const rowB = <usize>load<u32>(b, ROW);
  const rowC = <usize>load<u32>(c, ROW);
  const rowD = <usize>load<u32>(d, ROW);
  const weightAB = pairOf(a, b, WEIGHT);
  const weightCD = pairOf(c, d, WEIGHT);
  let upAB = pairOf(a, b, UP);
  let upCD = pairOf(c, d, UP);
  let downAB = pairOf(a, b, DOWN);
  let downCD = pairOf(c, d, DOWN);
  for (let t = first + 1; t < bars; t += 2) {
    const at = <usize>t << 3;
    let rise = v128.load64_splat(rises + at);
    let fall = v128.load64_splat(falls + at);
    upAB = next(upAB, weightAB, rise);
    upCD = next(upCD, weightCD, rise);
    downAB = next(downAB, weightAB, fall);
    downCD = next(downCD, weightCD, fall);
    const oneAB = strength(upAB, downAB);
    const oneCD = strength(upCD, downCD);
    rise = v128.load64_splat(rises + at, 8);
    fall = v128.load64_splat(falls + at, 8);
    upAB = next(upAB, weightAB, rise);
    upCD = next(upCD, weightCD, rise);
    downAB = next(downAB, weightAB, fall);
    downCD = next(downCD, weightCD, fall);
    const twoAB = strength(upAB, downAB);
    const twoCD = strength(upCD, downCD);
    v128.store(rowA + at, v128.shuffle<i64>(oneAB, twoAB, 0, 2));
    v128.store(rowB + at, v128.shuffle<i64>(oneAB, twoAB, 1, 3));
    v128.store(rowC + at, v128.shuffle<i64>(oneCD, twoCD, 0, 2));
    v128.store(rowD + at, v128.shuffle<i64>(oneCD, twoCD, 1, 3));
  }
  for (let lane = lanes; lane < lanes + LANES * LANE_BYTES; lane += LANE_BYTES) {
    store<f64>(<usize>load<u32>(lane, ROW) + (<usize>bars << 3), NaN);
  }
}

/** One lane up to a bar, from its first one on. */
function beginLane(rises: usize, falls: usize, last: i32, lane: usize): void {
  const row = <usize>load<u32>(lane, ROW);
  const first = load<i32>(lane, FIRST);
  const weight = load<f64>(lane, WEIGHT);
  let up = load<f64>(lane, UP);
  let down = load<f64>(lane, DOWN);
  for (let t = 0; t < first; t++) store<f64>(row + (<usize>t << 3), NaN);
  for (let t = first; ; t++) {
    const at = <usize>t << 3;
    if (t > first) {
      up += weight * (load<f64>(rises + at) - up);
      down += weight * (load<f64>(falls + at) - down);
    }
    store<f64>(row + at, down == 0 ? 100 : (100 * up) / (up + down));
    if (t >= last) break;
  }
  store<f64>(lane, up, UP);
  store<f64>(lane, down, DOWN);
}

// @ts-ignore: decorator
@inline
function pairOf(a: usize, b: usize, offset: usize): v128 {
  return v128.load64_lane(b + offset, v128.load64_zero(a + offset), 1);
}

// @ts-ignore: decorator
@inline
function next(average: v128, weight: v128, value: v128): v128 {
  return f64x2.add(average, f64x2.mul(weight, f64x2.sub(value, average)));
}

// @ts-ignore: decorator
@inline
function strength(up: v128, down: v128): v128 {
  const hundred = f64x2.splat(100);
  const percent = f64x2.div(f64x2.mul(hundred, up), f64x2.add(up, down));
  return v128.bitselect(hundred, percent, f64x2.eq(down, f64x2.splat(0)));
}
