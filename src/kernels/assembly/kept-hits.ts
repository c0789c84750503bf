/**
 * First hits by entry: variants of a shortlist are neighbours and share most of their entries, and
 * what a trade hits depends on nothing but its entry and side, up to its exit.
 */

// Fields of the room: written by the loader, and how far it is used.
const NEXT: usize = 0;
const END: usize = 4;
/** Where the entry of each bar and side is kept, 32 bits each; 0 where none is. */
const PLACES: usize = 8;

// Fields of an entry, before its lists of hits.
/** The last bar that has been scanned. */
export const THROUGH: usize = 0;
/** Levels above and below that have been hit. */
export const UPPER: usize = 4;
export const LOWER: usize = 8;
export const HEAD_BYTES: usize = 16;

let room: usize = 0;

/** 0: none are kept. */
export function keepHits(roomAt: usize): void {
  room = roomAt;
}

/** Where a trade's hits are kept, `bytes` of them behind the head; 0 where there is no room. */
export function keptEntry(isShort: usize, from: i32, bytes: usize): usize {
  if (room == 0) return 0;
  const place = <usize>load<u32>(room, PLACES) + (((<usize>from << 1) + isShort) << 2);
  let entry = <usize>load<u32>(place);
  if (entry != 0) return entry;
  entry = <usize>load<u32>(room, NEXT);
  const next = entry + HEAD_BYTES + bytes;
  if (next > <usize>load<u32>(room, END)) return 0;
  store<u32>(room, <u32>next, NEXT);
  store<u32>(place, <u32>entry);
  store<i32>(entry, from, THROUGH);
  store<i32>(entry, 0, UPPER);
  store<i32>(entry, 0, LOWER);
  return entry;
}
