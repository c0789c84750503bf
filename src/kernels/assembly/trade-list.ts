/**
 * Twin of core/execution/trade-list.ts: trades from the flips of two planes, 64 bars at a time.
 * Every offset is in bytes. Bits past the last bar are 0. Writes one slot past the last trade at
 * most.
 */
export function tradesFromPlanes(
  long: usize,
  short: usize,
  bars: i32,
  side: usize,
  entry: usize,
  exit: usize,
): i32 {
  const words = (bars + 63) >> 6;
  let count: i32 = 0;
  let open: i32 = 0;
  let longCarry: u64 = 0;
  let shortCarry: u64 = 0;
  for (let w = 0; w < words; w++) {
    const at = <usize>w << 3;
    const l = load<u64>(long + at);
    const s = load<u64>(short + at);
    let flips = (l ^ ((l << 1) | longCarry)) | (s ^ ((s << 1) | shortCarry));
    longCarry = l >>> 63;
    shortCarry = s >>> 63;
    while (flips != 0) {
      const bit = ctz(flips);
      flips &= flips - 1;
      const t = (w << 6) + <i32>bit;
      if (t >= bars) break;
      // Closing and opening are stores without a branch: a slot counts only once `count` passes it.
      store<i32>(exit + (<usize>count << 2), t);
      count += open;
      const isShort = <i32>((s >>> bit) & 1);
      open = <i32>((l >>> bit) & 1) | isShort;
      store<u8>(side + <usize>count, isShort);
      store<i32>(entry + (<usize>count << 2), t);
    }
  }
  store<i32>(exit + (<usize>count << 2), bars - 1);
  return count + open;
}
