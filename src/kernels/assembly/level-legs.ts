/**
 * Twin of countLevels in core/execution/level-legs.ts. `series op level` is read as `sign * series`
 * above `sign * level`, so levels ascend. The series is padded with NaN to whole words; a zero byte
 * precedes the counts.
 */
export function countLevels(
  series: usize,
  sign: f64,
  strict: bool,
  levels: usize,
  count: i32,
  bars: i32,
  counts: usize,
  changes: usize,
  some: usize,
): void {
  const words = (bars + 63) >> 6;
  if (areEven(levels, count)) countEven(series, sign, strict, levels, count, <usize>words << 6, counts);
  else if (count <= FEW) countFew(series, sign, strict, levels, count, <usize>words << 6, counts);
  else countMany(series, sign, strict, levels, count, <usize>words << 6, counts);
  writePlanes(counts, words, changes, some);
  // Beyond the last bar nothing changes.
  const rest = <u64>(bars & 63);
  if (rest != 0) {
    const at = changes + (<usize>(words - 1) << 3);
    store<u64>(at, load<u64>(at) & (((<u64>1) << rest) - 1));
  }
}

/** So near to even distances, in distances, levels are. */
const NEAR: f64 = 1e-9;

/** Levels to one of their distance. */
// @ts-ignore: decorator
@inline
function perLevel(levels: usize, count: i32): f64 {
  return count == 1 ? 1 : <f64>(count - 1) / (load<f64>(levels + (<usize>(count - 1) << 3)) - load<f64>(levels));
}

/** Whether levels lie at even distances, within rounding. */
function areEven(levels: usize, count: i32): bool {
  const first = load<f64>(levels);
  const scale = perLevel(levels, count);
  for (let i = 0; i < count; i++) {
    if (!(abs((load<f64>(levels + (<usize>i << 3)) - first) * scale - <f64>i) < NEAR)) return false;
  }
  return true;
}

/** Of so many levels a distance has `FINE` bits behind its point in 16, of more `COARSE`. */
const MOST_FINE: i32 = 30;
const FINE: i32 = 10;
const COARSE: i32 = 7;

/**
 * Of levels at even distances: where a value lies among them, eight bars at once, in 16 bits each. A
 * distance is rounded monotonously, so a value whose distance is further than one and a half in the
 * last place from that of a level is on the same side of the level; bars with a nearer one are
 * compared.
 */
function countEven(
  series: usize,
  sign: f64,
  strict: bool,
  levels: usize,
  count: i32,
  end: usize,
  counts: usize,
): void {
  const bits = count <= MOST_FINE ? FINE : COARSE;
  const first = f64x2.splat(sign * load<f64>(levels));
  const scale = f64x2.splat(sign * perLevel(levels, count));
  const highest = f64x2.splat(<f64>count - 0.5);
  // The sum's last place is that of the distance, which so many bits of it hold.
  const places = f64x2.splat(1.5 * <f64>((<u64>1) << (52 - bits)));
  const ones: i32 = (1 << bits) - 1;
  const part = i16x8.splat(<i16>ones);
  for (let t: usize = 0; t < end; t += 8) {
    const at = series + (t << 3);
    const a = f64x2.add(places, distance(at, first, scale, highest));
    const b = f64x2.add(places, distance(at + 16, first, scale, highest));
    const c = f64x2.add(places, distance(at + 32, first, scale, highest));
    const d = f64x2.add(places, distance(at + 48, first, scale, highest));
    const low = v128.shuffle<i32>(a, b, 0, 2, 4, 6);
    const z = i16x8.narrow_i32x4_s(low, v128.shuffle<i32>(c, d, 0, 2, 4, 6));
    const passed = i16x8.add(i16x8.shr_s(z, bits), i16x8.splat(1));
    v128.store64_lane(counts + t, i8x16.narrow_i16x8_u(passed, passed), 0);
    const beyond = v128.and(i16x8.add(z, i16x8.splat(1)), part);
    const near = i16x8.lt_s(beyond, i16x8.splat(3));
    if (v128.any_true(near)) recount(series, sign, strict, levels, count, t, counts);
  }
}

/** Distances of two values from the first level, in those of levels; NaN is far below. */
// @ts-ignore: decorator
@inline
function distance(at: usize, first: v128, scale: v128, highest: v128): v128 {
  const z = f64x2.mul(f64x2.sub(v128.load(at), first), scale);
  return f64x2.pmin(highest, f64x2.pmax(f64x2.splat(-0.5), z));
}

/** Eight bars, value by value, from counts that may be one off. */
function recount(
  series: usize,
  sign: f64,
  strict: bool,
  levels: usize,
  count: i32,
  from: usize,
  counts: usize,
): void {
  for (let t = from; t < from + 8; t++) {
    const y = sign * load<f64>(series + (t << 3));
    store<u8>(counts + t, <u8>passedFrom(<i32>load<u8>(counts + t), y, strict, levels, count));
  }
}

/** How many levels a value passes, beginning from a guess. */
// @ts-ignore: decorator
@inline
function passedFrom(guess: i32, y: f64, strict: bool, levels: usize, count: i32): i32 {
  let n = guess;
  while (n < count && passes(y, strict, load<f64>(levels + (<usize>n << 3)))) n++;
  while (n > 0 && !passes(y, strict, load<f64>(levels + (<usize>(n - 1) << 3)))) n--;
  return n;
}

/** As many are compared one by one. */
const FEW: i32 = 32;

/** Compares eight bars with all levels. */
function countFew(
  series: usize,
  sign: f64,
  strict: bool,
  levels: usize,
  count: i32,
  end: usize,
  counts: usize,
): void {
  const signs = f64x2.splat(sign);
  const last = levels + (<usize>count << 3);
  for (let t: usize = 0; t < end; t += 8) {
    const at = series + (t << 3);
    const a = f64x2.mul(signs, v128.load(at));
    const b = f64x2.mul(signs, v128.load(at, 16));
    const c = f64x2.mul(signs, v128.load(at, 32));
    const d = f64x2.mul(signs, v128.load(at, 48));
    let na = i64x2.splat(0);
    let nb = na;
    let nc = na;
    let nd = na;
    for (let level = levels; level < last; level += 8) {
      const v = v128.load64_splat(level);
      // What holds is -1.
      if (strict) {
        na = i64x2.add(na, f64x2.gt(a, v));
        nb = i64x2.add(nb, f64x2.gt(b, v));
        nc = i64x2.add(nc, f64x2.gt(c, v));
        nd = i64x2.add(nd, f64x2.gt(d, v));
      } else {
        na = i64x2.add(na, f64x2.ge(a, v));
        nb = i64x2.add(nb, f64x2.ge(b, v));
        nc = i64x2.add(nc, f64x2.ge(c, v));
        nd = i64x2.add(nd, f64x2.ge(d, v));
      }
    }
    const low = v128.shuffle<i32>(na, nb, 0, 2, 4, 6);
    const high = v128.shuffle<i32>(nc, nd, 0, 2, 4, 6);
    const words = i32x4.neg(low);
    const bytes = i16x8.narrow_i32x4_s(words, i32x4.neg(high));
    v128.store64_lane(counts + t, i8x16.narrow_i16x8_u(bytes, bytes), 0);
  }
}

function countMany(
  series: usize,
  sign: f64,
  strict: bool,
  levels: usize,
  count: i32,
  end: usize,
  counts: usize,
): void {
  const first = load<f64>(levels);
  const span = load<f64>(levels + (<usize>(count - 1) << 3)) - first;
  // Where levels lie at even distances this is where a value belongs, or beside it.
  const scale = span > 0 ? <f64>(count - 1) / span : 0;
  for (let t: usize = 0; t < end; t++) {
    const y = sign * load<f64>(series + (t << 3));
    let n = <i32>min<f64>(max<f64>((y - first) * scale, -1), <f64>(count - 1)) + 1;
    n = max(0, min(n, count));
    store<u8>(counts + t, <u8>passedFrom(n, y, strict, levels, count));
  }
}

function writePlanes(counts: usize, words: i32, changes: usize, some: usize): void {
  for (let w: usize = 0; w < <usize>words; w++) {
    let changed: u64 = 0;
    let held: u64 = 0;
    for (let part: usize = 0; part < 64; part += 16) {
      const at = counts + (w << 6) + part;
      const now = v128.load(at);
      changed |= <u64>i8x16.bitmask(i8x16.ne(now, v128.load(at - 1))) << part;
      held |= <u64>i8x16.bitmask(i8x16.ne(now, i8x16.splat(0))) << part;
    }
    store<u64>(changes + (w << 3), changed);
    store<u64>(some + (w << 3), held);
  }
}

function passes(y: f64, strict: bool, level: f64): bool {
  return strict ? y > level : y >= level;
}
