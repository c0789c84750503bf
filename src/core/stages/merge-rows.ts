import type { RankedRows } from "./ranked-rows.ts";
import { Ranking } from "./ranking.ts";
import type { Sweep } from "./sweep.ts";

/**
 * The best `keep` rows of several lists, each best first. The order is total, so lists and their
 * order do not matter.
 */
export function mergeRows(
  sweep: Pick<Sweep, "ranking">,
  lists: Iterable<RankedRows>,
  keep: number,
): RankedRows {
  const ranking = new Ranking(sweep.ranking);
  let best: Float64Array = new Float64Array(0);
  for (const { data } of lists) best = mergeTwo(ranking, best, data, keep);
  return { stride: ranking.stride, data: best };
}

function mergeTwo(ranking: Ranking, a: Float64Array, b: Float64Array, keep: number): Float64Array {
  const { stride } = ranking;
  const most = keep * stride;
  if (b.length === 0) return a.subarray(0, most);
  if (a.length === 0) return b.subarray(0, most);
  const merged = new Float64Array(Math.min(most, a.length + b.length));
  let i = 0;
  let j = 0;
  let at = 0;
  while (at < merged.length && i < a.length && j < b.length) {
    const isFirst = ranking.before(a, i, b, j);
    const rows = isFirst ? a : b;
    const from = isFirst ? i : j;
    // A row has two numbers at least, and most have no more.
    merged[at] = rows[from];
    merged[at + 1] = rows[from + 1];
    for (let k = 2; k < stride; k++) merged[at + k] = rows[from + k];
    if (isFirst) i += stride;
    else j += stride;
    at += stride;
  }
  const rest = i < a.length ? a.subarray(i) : b.subarray(j);
  merged.set(rest.subarray(0, merged.length - at), at);
  return merged;
}
