/** Ranges of so few values are sorted by insertion. */
const FEW = 24;

/**
 * Rearranges `values[from, to)` so that each of the ascending `ranks` (counted from `from`) holds
 * the value that sorting would put there. Expected linear time a rank, whatever the order or the
 * ties. Quickselect with three parts, as in Bentley and McIlroy, Software: Practice and Experience
 * (1993).
 */
export function selectRanks(
  values: Float64Array,
  from: number,
  to: number,
  ranks: readonly number[],
): void {
  const wanted = Int32Array.from(ranks, (rank) => from + rank);
  selectPlaces(values, from, to, wanted);
}

/** Puts the values of sorted order at the ascending places `wanted`, all in `[low, high)`. */
function selectPlaces(values: Float64Array, low: number, high: number, wanted: Int32Array): void {
  while (wanted.length > 0) {
    if (high - low <= FEW) {
      insertionSort(values, low, high);
      return;
    }
    const [less, more] = partition(values, low, high);
    let below = 0;
    while (below < wanted.length && wanted[below] < less) below++;
    let above = below;
    while (above < wanted.length && wanted[above] < more) above++;
    if (above === wanted.length) {
      high = less;
      wanted = wanted.subarray(0, below);
    } else {
      if (below > 0) selectPlaces(values, low, less, wanted.subarray(0, below));
      low = more;
      wanted = wanted.subarray(above);
    }
  }
}

/** Values below the pivot, equal to it, above it: answers with the bounds of the middle part. */
function partition(values: Float64Array, low: number, high: number): [number, number] {
  const pivot = median3(values[low], values[(low + high) >>> 1], values[high - 1]);
  let less = low;
  let more = high;
  for (let i = low; i < more; ) {
    const value = values[i];
    if (value < pivot) {
      values[i++] = values[less];
      values[less++] = value;
    } else if (value > pivot) {
      values[i] = values[--more];
      values[more] = value;
    } else i++;
  }
  return [less, more];
}

function insertionSort(values: Float64Array, low: number, high: number): void {
  for (let i = low + 1; i < high; i++) {
    const value = values[i];
    let at = i;
    for (; at > low && values[at - 1] > value; at--) values[at] = values[at - 1];
    values[at] = value;
  }
}

function median3(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
