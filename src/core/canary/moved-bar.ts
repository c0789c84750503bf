/** The first bar of `[from, to)` at which two series differ; -1 where none does. NaN equals NaN. */
export function movedBar(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  from: number,
  to: number,
): number {
  for (let t = from; t < to; t++) if (!Object.is(a[t], b[t])) return t;
  return -1;
}
