import type { PrefixSum, Run } from "./prefix-sum.ts";

/** Stretches of bars where both series have values, in order. */
export function commonRuns(a: PrefixSum, b: PrefixSum): readonly Run[] {
  const runs: Run[] = [];
  const others = b.runs();
  let next = 0;
  for (const { from, to } of a.runs()) {
    while (next < others.length && others[next].to <= from) next += 1;
    for (let i = next; i < others.length && others[i].from < to; i++) {
      runs.push({ from: Math.max(from, others[i].from), to: Math.min(to, others[i].to) });
    }
  }
  return runs;
}
