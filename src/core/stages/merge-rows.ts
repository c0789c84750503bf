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
  for (let at = 0; at < merged.length; at += stride) {
    const isFirst = j === b.length || (i < a.length && ranking.before(a, i, b, j));
    const from = isFirst ? a : b;
    const offset = isFirst ? i : j;
    for (let k = 0; k < stride; k++) merged[at + k] = from[offset + k];
    if (isFirst) i += stride;
    else j += stride;
  }
  return merged;
}
