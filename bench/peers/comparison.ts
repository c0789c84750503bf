import { median } from "../machine.ts";
import type { Lap } from "./contender.ts";
import type { Peer } from "./peers.ts";

export interface Comparison {
  readonly workload: string;
  readonly peer: string;
  readonly laps: number;
  readonly peerMs: number;
  readonly ourMs: number;
  /** Median over rounds of the peer's time over ours in the same round. */
  readonly ratio: number;
  /** Variants timed; where fewer than all, times are scaled to all. */
  readonly timed: number;
  readonly variants: number;
  /** What was compared: returns with fees, or free of costs. */
  readonly checked: Peer["checked"];
  /** Largest difference of a total return, relative to its growth factor. */
  readonly difference: number;
  readonly agrees: boolean;
  /** Rule of the peer that explains a difference. */
  readonly ownRule: string | null;
}

/** The first lap of each is warm-up; `checked` is the lap whose returns are compared. */
export function compare(
  workload: string,
  peer: Peer,
  laps: readonly Lap[],
  ours: readonly number[],
  check: { readonly lap: Lap; readonly returns: Float64Array },
): Comparison {
  const variants = check.returns.length;
  const scaled = laps.slice(1).map((lap) => (lap.ms * variants) / lap.timed);
  const difference = largestDifference(check.lap, check.returns);
  return {
    workload,
    peer: peer.name,
    laps: scaled.length,
    peerMs: median(scaled),
    ourMs: median(ours.slice(1)),
    ratio: median(scaled.map((ms, lap) => ms / ours[lap + 1])),
    timed: laps[0].timed,
    variants,
    checked: peer.checked,
    difference,
    agrees: difference <= peer.tolerance,
    ownRule: peer.ownRules?.[workload] ?? null,
  };
}

function largestDifference({ returns, positions }: Lap, expected: Float64Array): number {
  if (returns.length !== (positions?.length ?? expected.length)) return Number.POSITIVE_INFINITY;
  return returns.reduce((largest, value, i) => {
    const ours = expected[positions?.[i] ?? i];
    const difference = Math.abs(value - ours) / Math.max(100, Math.abs(100 + ours));
    return difference <= largest ? largest : difference;
  }, 0);
}

/** At least so many times as fast, or at most so much slower: what must be, and the goal. */
type Asked = readonly [must: number, goal: number];

const ASKED: Readonly<Record<string, Readonly<Record<string, Asked>>>> = {
  vectorbt: { W1: [250, 480], W2: [600, 1_700], W3: [3_000, 5_900], W4: [300, 600] },
  numba: { W1: [7, 12], W2: [20, 45], W3: [80, 130], W4: [8, 13], W5: [10, 25] },
  c: { W1: [2, 1.25], W2: [2, 1.3], W3: [1.8, 1.2], W4: [2, 1.3], W5: [2, 1.3] },
};

/** All comparisons as a Markdown table. */
export function ratioTable(comparisons: readonly Comparison[]): string {
  const head = "| workload | peer | peer ms | ours ms | ratio | must / goal | timed | returns |";
  return [head, "|---|---|---|---|---|---|---|---|", ...comparisons.map(tableRow)].join("\n");
}

function tableRow(c: Comparison): string {
  const isLimit = c.peer === "c";
  const ratio = isLimit ? 1 / c.ratio : c.ratio;
  const free = c.checked === "free" ? ", free of costs" : "";
  const cells = [
    c.workload,
    c.peer,
    c.peerMs.toFixed(1),
    c.ourMs.toFixed(1),
    isLimit ? `${ratio.toFixed(2)}x slower` : `${ratio.toFixed(1)}x faster`,
    verdict(c, ratio),
    c.timed === c.variants ? "all" : `${c.timed} of ${c.variants}, scaled`,
    `${c.agrees ? "agree" : (c.ownRule ?? "DIFFER")}, ${c.difference.toExponential(0)}${free}`,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** What is asked of a ratio, and whether it is reached; empty where nothing is. */
function verdict({ peer, workload }: Comparison, ratio: number): string {
  const asked = ASKED[peer.startsWith("vectorbt") ? "vectorbt" : peer]?.[workload];
  if (asked === undefined) return "";
  const holds = (bound: number) => (peer === "c" ? ratio <= bound : ratio >= bound);
  const [must, goal] = asked;
  const reached = holds(goal) ? "goal" : holds(must) ? "must" : "missed";
  return `${must}x / ${goal}x, ${reached}`;
}
