import type { RunRow } from "../run-view.ts";
import { formatMetric, formatRisk, metricTitle } from "./format.ts";
import { renderTable, type TableColumn } from "./table.ts";

/**
 * Rows best first: rank, every parameter, stop and target, then the metrics. Where the table would
 * be wider than `columns` the last metrics are left out: a wrapped table cannot be read.
 */
export function resultTable(rows: readonly RunRow[], columns = Number.POSITIVE_INFINITY): string {
  if (rows.length === 0) return "no results";
  const metrics = Object.keys(rows[0].metrics);
  while (metrics.length > 1 && widthOf(tableOf(rows, metrics)) > columns) metrics.pop();
  return tableOf(rows, metrics);
}

function widthOf(table: string): number {
  return Math.max(...table.split("\n").map((line) => line.length));
}

function tableOf(rows: readonly RunRow[], metrics: readonly string[]): string {
  const params = Object.keys(rows[0].params);
  const risk = riskColumns(rows);
  const columns: TableColumn[] = [
    { title: "#", align: "right" },
    ...params.map((title): TableColumn => ({ title, align: "right" })),
    ...risk.map(({ title }): TableColumn => ({ title, align: "right" })),
    ...metrics.map((name): TableColumn => ({ title: metricTitle(name), align: "right" })),
  ];
  return renderTable(
    columns,
    rows.map((row) => [
      String(row.rank),
      ...params.map((name) => String(row.params[name])),
      ...risk.map(({ level }) => formatRisk(row[level])),
      ...metrics.map((name) => formatMetric(name, row.metrics[name])),
    ]),
  );
}

const STOP = { title: "stop %", level: "stopLossPct" } as const;
const TRAILING = { title: "trail %", level: "trailingStopPct" } as const;
const TARGET = { title: "target %", level: "takeProfitPct" } as const;

/** None where nothing has a level; the trailing stop only where one is set. */
function riskColumns(rows: readonly RunRow[]) {
  const isSet = ({ level }: typeof STOP | typeof TRAILING | typeof TARGET) =>
    rows.some((row) => row[level] !== null);
  if (isSet(TRAILING)) return [STOP, TRAILING, TARGET];
  return isSet(STOP) || isSet(TARGET) ? [STOP, TARGET] : [];
}
