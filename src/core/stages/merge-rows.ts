import type { RankedRows } from "./ranked-rows.ts";
import { Ranking } from "./ranking.ts";
import type { Sweep } from "./sweep.ts";
import { TopRows } from "./top-rows.ts";

/**
 * The best `keep` rows of several lists. The order is total, so lists and their order do not
 * matter.
 */
export function mergeRows(
  sweep: Pick<Sweep, "ranking">,
  lists: Iterable<RankedRows>,
  keep: number,
): RankedRows {
  const top = new TopRows(new Ranking(sweep.ranking), keep);
  for (const { stride, data } of lists) {
    for (let offset = 0; offset < data.length; offset += stride) top.offer(data, offset);
  }
  return top.drain();
}
