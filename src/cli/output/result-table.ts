import type { RunRow } from "../run-view.ts";
import { formatMetric, formatRisk, metricTitle } from "./format.ts";
import { renderTable, type TableColumn } from "./table.ts";

/** Rows best first: rank, every parameter, stop and target, then every metric. */
export function resultTable(rows: readonly RunRow[]): string {
  if (rows.length === 0) return "no results";
  const params = Object.keys(rows[0].params);
  const metrics = Object.keys(rows[0].metrics);
  const withRisk = rows.some((row) => row.stopLossPct !== null || row.takeProfitPct !== null);
  const columns: TableColumn[] = [
    { title: "#", align: "right" },
    ...params.map((title): TableColumn => ({ title, align: "right" })),
    ...(withRisk ? ["stop", "target"] : []).map(
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
