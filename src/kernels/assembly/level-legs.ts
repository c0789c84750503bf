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
  const first = load<f64>(levels);
  const span = load<f64>(levels + (<usize>(count - 1) << 3)) - first;
  // Where levels lie at even distances this is where a value belongs, or beside it.
  const scale = span > 0 ? <f64>(count - 1) / span : 0;
  const end = <usize>words << 6;
  for (let t: usize = 0; t < end; t++) {
    const y = sign * load<f64>(series + (t << 3));
    let n = <i32>min<f64>(max<f64>((y - first) * scale, -1), <f64>(count - 1)) + 1;
    n = max(0, min(n, count));
    while (n < count && passes(y, strict, load<f64>(levels + (<usize>n << 3)))) n++;
    while (n > 0 && !passes(y, strict, load<f64>(levels + (<usize>(n - 1) << 3)))) n--;
    store<u8>(counts + t, <u8>n);
  }
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
  // Beyond the last bar nothing changes.
  const rest = <u64>(bars & 63);
  if (rest != 0) {
    const at = changes + (<usize>(words - 1) << 3);
    store<u64>(at, load<u64>(at) & (((<u64>1) << rest) - 1));
  }
}

function passes(y: f64, strict: bool, level: f64): bool {
  return strict ? y > level : y >= level;
}
