/** Slips of the finger that still count as the same name. */
const MAX_SLIPS = 1;
const MAX_SLIPS_OF_LONG = 2;
const LONG = 6;
/** No name is longer: what exceeds it is none that was meant. */
const MAX_LENGTH = 40;

/**
 * `, did you mean x?` where a known name differs from the given one in its case or by a slip or
 * two; empty where none does. Of several the nearest, then the first.
 */
export function suggestion(given: string, known: readonly string[]): string {
  if (given.length > MAX_LENGTH) return "";
  const typed = given.toLowerCase();
  const allowed = given.length >= LONG ? MAX_SLIPS_OF_LONG : MAX_SLIPS;
  let nearest: string | null = null;
  let fewest = allowed + 1;
  for (const name of known) {
    const slips = slipsBetween(typed, name.toLowerCase());
    // A name of one or two letters is near to everything.
    if (slips >= fewest || slips >= typed.length - 1) continue;
    fewest = slips;
    nearest = name;
  }
  return nearest === null ? "" : `, did you mean ${nearest}?`;
}

/**
 * Letters to insert, remove, replace or swap with the next one. F. J. Damerau, "A technique for
 * computer detection and correction of spelling errors", 1964.
 */
function slipsBetween(a: string, b: string): number {
  let before: number[] = [];
  let last: number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, replaced);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.length];
}
