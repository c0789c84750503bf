import type { RankingKey } from "../core/stages/sweep.ts";
import type { BestSoFar } from "./records.ts";

/** The better of two by the run's total order: ranking keys, undefined last, then variant index. */
export function betterOf(
  ranking: readonly RankingKey[],
  a: BestSoFar | null,
  b: BestSoFar | null,
): BestSoFar | null {
  if (a === null || b === null) return a ?? b;
  for (const { metric, direction } of ranking) {
    const x = a.metrics[metric] ?? null;
    const y = b.metrics[metric] ?? null;
    if (x === y) continue;
    if (x === null || y === null) return x === null ? b : a;
    return x > y === (direction === "DESC") ? a : b;
  }
  return a.variantIndex <= b.variantIndex ? a : b;
}
