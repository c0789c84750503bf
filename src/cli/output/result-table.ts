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
  const withRisk = rows.some((row) => row.stopLossPct !== null || row.takeProfitPct !== null);
  const columns: TableColumn[] = [
    { title: "#", align: "right" },
    ...params.map((title): TableColumn => ({ title, align: "right" })),
    ...(withRisk ? ["stop %", "target %"] : []).map(
      (title): TableColumn => ({ title, align: "right" }),
    ),
    ...metrics.map((name): TableColumn => ({ title: metricTitle(name), align: "right" })),
  ];
  return renderTable(
    columns,
    rows.map((row) => [
      String(row.rank),
      ...params.map((name) => String(row.params[name])),
      ...(withRisk ? [formatRisk(row.stopLossPct), formatRisk(row.takeProfitPct)] : []),
      ...metrics.map((name) => formatMetric(name, row.metrics[name])),
    ]),
  );
}
