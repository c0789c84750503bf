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
  if (count <= FEW) countFew(series, sign, strict, levels, count, <usize>words << 6, counts);
  else countMany(series, sign, strict, levels, count, <usize>words << 6, counts);
  writePlanes(counts, words, changes, some);
  // Beyond the last bar nothing changes.
  const rest = <u64>(bars & 63);
  if (rest != 0) {
    const at = changes + (<usize>(words - 1) << 3);
    store<u64>(at, load<u64>(at) & (((<u64>1) << rest) - 1));
  }
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
    while (n < count && passes(y, strict, load<f64>(levels + (<usize>n << 3)))) n++;
    while (n > 0 && !passes(y, strict, load<f64>(levels + (<usize>(n - 1) << 3)))) n--;
    store<u8>(counts + t, <u8>n);
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
