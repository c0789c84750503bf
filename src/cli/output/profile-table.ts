import type { RunProfile } from "../../app.ts";
import { renderTable, type TableColumn } from "./table.ts";

const COLUMNS: readonly TableColumn[] = [
  { title: "phase", align: "left" },
  { title: "ms", align: "right" },
  { title: "share %", align: "right" },
];

/** Where the wall time of a run went; the phases and idle add up to it. */
export function profileTable({ wallMs, threads, phases, idleMs }: RunProfile): string {
  const share = (ms: number) => ((100 * ms) / Math.max(wallMs, 1)).toFixed(1);
  const row = (name: string, ms: number) => [name, ms.toFixed(1), share(ms)];
  const rows = Object.entries(phases).map(([phase, ms]) => row(phase, ms));
  const table = renderTable(COLUMNS, [...rows, row("idle", idleMs), row("wall", wallMs)]);
  return `${table}\n\nMilliseconds of ${threads} threads, divided by ${threads}.`;
}
