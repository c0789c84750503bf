import { RANKING_METRICS } from "../core/metrics/ranking-metric.ts";
import type { VariantReport } from "../core/report/variant-report.ts";
import type { RunPlan } from "../plan/run-plan.ts";
import type { ResultRow } from "../store/records.ts";
import { type ExportTable, type TableColumn, tableOf } from "./export-table.ts";

/** A run's stored rows: the best, with all ranking metrics. */
export function bestTable({ sweep }: RunPlan, rows: readonly ResultRow[]): ExportTable {
  const axes = sweep.axes.map(({ name, values }): TableColumn => {
    return { name, kind: typeof values[0] === "string" ? "text" : "number" };
  });
  const columns: TableColumn[] = [
    { name: "rank", kind: "integer" },
    { name: "variantIndex", kind: "integer" },
    { name: "variantKey", kind: "text" },
    ...axes,
    ...numbers("stopLossPct", "trailingStopPct", "takeProfitPct", ...RANKING_METRICS),
  ];
  const flat = rows.map(({ params, metrics, ...row }) => ({ ...row, ...params, ...metrics }));
  return tableOf(columns, flat);
}

/** Trades in the order of their exits; amounts in quote, times of the bars' opens. */
export function tradeTable({ trades }: VariantReport): ExportTable {
  const columns: TableColumn[] = [
    { name: "side", kind: "text" },
    { name: "entryTime", kind: "time" },
    { name: "exitTime", kind: "time" },
    ...numbers("entryPrice", "exitPrice", "entryFill", "exitFill", "stake", "quantity"),
    ...numbers("entryFee", "exitFee", "funding", "grossProfit", "netProfit", "returnPct"),
    { name: "exitReason", kind: "text" },
  ];
  const rows = trades.map(({ direction, entryTimeMs, exitTimeMs, ...trade }) => ({
    ...trade,
    side: direction,
    entryTime: entryTimeMs,
    exitTime: exitTimeMs,
  }));
  return tableOf(columns, rows);
}

/** Equity in quote and drawdown in percent at the close of every bar; the time is of its open. */
export function equityTable({ equity, drawdownPct }: VariantReport): ExportTable {
  const columns: TableColumn[] = [
    { name: "time", kind: "time" },
    ...numbers("equity", "drawdownPct"),
  ];
  const rows = equity.map(({ timeMs, value }, i) => ({
    time: timeMs,
    equity: value,
    drawdownPct: drawdownPct[i].value,
  }));
  return tableOf(columns, rows);
}

function numbers(...names: readonly string[]): TableColumn[] {
  return names.map((name) => ({ name, kind: "number" }));
}
