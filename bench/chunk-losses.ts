import { once } from "node:events";
import { forkAsService } from "./fork-as-service.ts";
import { median } from "./machine.ts";
import type { CutOrder, CutRounds, CutRun, Lap } from "./measure-chunks.ts";

/** What a run loses by being cut into many chunks; shares are of the run in few. */
export interface ChunkLosses extends CutRounds {
  readonly order: CutOrder;
  readonly chunkMs: number;
  /** By the clock, everything. */
  readonly lostPct: number;
  /** What the pool alone takes longer: rows and planes that are computed once more. */
  readonly againPct: number;
  /** The rest: claims, statements, messages, ends of stages. */
  readonly coordinationPct: number;
}

/** In a process of its own, started as `sweepline` is. */
export async function measureLosses(order: CutOrder): Promise<ChunkLosses> {
  const child = forkAsService(new URL("measure-chunks.ts", import.meta.url));
  const failed = once(child, "exit").then(([code]) => {
    throw new Error(`the measurement of ${order.workload} ended with code ${code}`);
  });
  failed.catch(() => {});
  child.send(order);
  const [rounds] = (await Promise.race([once(child, "message"), failed])) as [CutRounds];
  const [many, few] = [rounds.many, rounds.few].map(medians);
  const share = (ms: number) => (100 * ms) / few!.run;
  const lost = many!.run - few!.run;
  const again = many!.alone - few!.alone;
  return {
    ...rounds,
    order,
    chunkMs: many!.alone / rounds.many[0]!.chunks,
    lostPct: share(lost),
    againPct: share(again),
    coordinationPct: share(lost - again),
  };
}

function medians(runs: readonly CutRun[]): { readonly run: number; readonly alone: number } {
  const of = (laps: readonly Lap[]) => median(laps.map(({ ms }) => ms));
  return { run: of(runs), alone: of(runs.map(({ alone }) => alone)) };
}

const HEAD = [
  ...["workload", "database", "chunks", "stretches", "a chunk", "run", "alone"],
  ...["few", "run", "alone", "lost", "scored again", "coordination", "main thread"],
];

export function lossHead(): string {
  return `| ${HEAD.join(" | ")} |\n|${"---|".repeat(HEAD.length)}`;
}

export function lossRow(losses: ChunkLosses): string {
  const { order, many, few, chunkMs, lostPct, againPct, coordinationPct } = losses;
  const { workload, url } = order;
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;
  const times = (runs: readonly CutRun[]) => {
    const { run, alone } = medians(runs);
    return [seconds(run), seconds(alone)];
  };
  const mainMs = (runs: readonly CutRun[]) => median(runs.map((run) => run.mainMs));
  const cells = [
    ...[workload, url === null ? "embedded" : "PostgreSQL"],
    ...[
      many[0]!.chunks,
      median(many.map(({ stretches }) => stretches)),
      `${chunkMs.toFixed(1)} ms`,
    ],
    ...times(many),
    ...[few[0]!.chunks, ...times(few)],
    ...[lostPct, againPct, coordinationPct].map((pct) => `${pct.toFixed(1)} %`),
    `${seconds(mainMs(many))}, ${seconds(mainMs(few))}`,
  ];
  return `| ${cells.join(" | ")} |`;
}
