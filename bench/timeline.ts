import { readFileSync } from "node:fs";

/** What a process was at, as timeline-probe.ts writes it and latency.ts for its queries. */
export interface Span {
  /** A query, a statement in the engine, the main thread held up, or a heap collected. */
  readonly of: "query" | "engine" | "transaction" | "main" | "gc";
  readonly what: string;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly ms: number;
  /** Of the thread meanwhile. */
  readonly cpuMs?: number;
  readonly bytes?: number;
}

/** Spans shorter than this are left out beside a slow query, and statements shown at most. */
const [SHORT_MS, KINDS] = [1, 12];
/** Queries so close to one another waited for the same. */
const NEAR_MS = 20;

export function readSpans(path: string): Span[] {
  const lines = readFileSync(path, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Span);
}

/** From each begin to its commit or rollback, by what was done first: nobody else is answered. */
function transactionsOf(statements: readonly Span[]): Span[] {
  const found: Span[] = [];
  let open: Span[] = [];
  for (const statement of statements.toSorted((a, b) => a.from - b.from)) {
    if (open.length === 0 && statement.what !== "begin") continue;
    open.push(statement);
    if (!/^(commit|rollback)/.test(statement.what)) continue;
    const [{ from }, first] = [open[0]!, open[1]!];
    const cpuMs = open.reduce((sum, one) => sum + one.cpuMs!, 0);
    const what = `of ${open.length}: ${first.what}`;
    found.push({ of: "transaction", what, from, ms: endOf(statement) - from, cpuMs });
    open = [];
  }
  return found;
}

/** What the slowest 2 % of queries waited for, the slowest first, and what statements took. */
export function printTimeline(spans: readonly Span[], moments: number): void {
  const queries = spans.filter(({ of }) => of === "query").sort((a, b) => b.ms - a.ms);
  const [first, last] = [Math.min, Math.max].map((f) => f(...queries.map(({ from }) => from)));
  const within = spans.filter(({ of, from }) => of !== "query" && from > first! && from < last!);
  const statements = within.filter(({ of }) => of === "engine");
  const transactions = transactionsOf(statements);
  printKinds(statements);
  printKinds(transactions);
  const slow = queries.slice(0, Math.ceil(queries.length / 50)).sort((a, b) => a.from - b.from);
  const groups: Span[][] = [];
  for (const query of slow) {
    const near = groups.at(-1);
    if (near !== undefined && query.from < Math.max(...near.map(endOf)) + NEAR_MS) near.push(query);
    else groups.push([query]);
  }
  const most = (group: readonly Span[]) => Math.max(...group.map(({ ms }) => ms));
  for (const group of groups.sort((a, b) => most(b) - most(a)).slice(0, moments)) {
    const [from, to] = [group[0]!.from, Math.max(...group.map(endOf))];
    console.log(`\n${group.length} queries of up to ${most(group).toFixed(0)} ms`);
    const beside = [...within, ...transactions].filter(
      (s) => s.from < to && endOf(s) > from && s.ms >= SHORT_MS,
    );
    for (const s of beside.sort((a, b) => a.from - b.from)) console.log(lineOf(s, s.from - from));
  }
}

function printKinds(statements: readonly Span[]): void {
  const total = (group: readonly Span[]) => group.reduce((sum, { ms }) => sum + ms, 0);
  const kinds = [...Map.groupBy(statements, ({ what }) => what).values()];
  console.log("\n times  total ms   CPU ms  most ms  statement");
  for (const kind of kinds.sort((a, b) => total(b) - total(a)).slice(0, KINDS)) {
    const cpu = kind.reduce((sum, { cpuMs }) => sum + cpuMs!, 0);
    const most = Math.max(...kind.map(({ ms }) => ms));
    const numbers = [total(kind), cpu, most].map((ms) => ms.toFixed(1).padStart(8)).join(" ");
    console.log(String(kind.length).padStart(6), numbers, ` ${kind[0]!.what}`);
  }
}

function endOf({ from, ms }: Span): number {
  return from + ms;
}

function lineOf({ of, what, ms, cpuMs, bytes }: Span, atMs: number): string {
  const cpu = cpuMs === undefined ? "" : ` (${cpuMs.toFixed(1)} CPU)`;
  const size = bytes === undefined ? "" : ` ${(bytes / 1024).toFixed(0)} KiB`;
  return `${atMs.toFixed(1).padStart(8)} ${of} ${ms.toFixed(1)} ms${cpu}${size} ${what}`;
}
