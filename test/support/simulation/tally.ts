/** What can go wrong in a simulated run. Counted: a kind that never happened proves nothing. */
export const TROUBLE_KINDS = [
  "process killed",
  "process hung",
  "thread died",
  "call failed",
  "answer lost",
  "call slow",
  "job lost",
  "job twice",
  "job out of order",
  "notification lost",
  "notification twice",
  "notification out of order",
  "lease ran out",
  "attempts used up",
  "user meddled",
] as const;
export type TroubleKind = (typeof TROUBLE_KINDS)[number];

export type Tally = Record<TroubleKind, number>;

export function emptyTally(): Tally {
  return Object.fromEntries(TROUBLE_KINDS.map((kind) => [kind, 0])) as Tally;
}

export function addTally(sum: Tally, more: Tally): void {
  for (const kind of TROUBLE_KINDS) sum[kind] += more[kind];
}
