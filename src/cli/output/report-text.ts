import type { ReportView, TradeView } from "../run-view.ts";
import { formatRisk } from "./format.ts";
import { renderTable, type TableColumn } from "./table.ts";

/** The variant, its table and as many trades as there are in the view. */
export function reportText(report: ReportView): string {
  const { tradeCount, trades } = report;
  const parts = [labelled(chosen(report)), "", renderTable(METRIC_COLUMNS, report.table)];
  if (trades.length > 0) parts.push("", tradeTable(trades));
  if (trades.length < tradeCount) {
    parts.push("", `${trades.length} of ${tradeCount} trades; --trades ${tradeCount} for all`);
  }
  return parts.join("\n");
}

type Labelled = readonly (readonly [label: string, text: string])[];

function labelled(lines: Labelled): string {
  const width = Math.max(...lines.map(([label]) => label.length));
  return lines.map(([label, text]) => `${label.padEnd(width)}  ${text}`).join("\n");
}

function chosen(report: ReportView): Labelled {
  const { rank, params, stopLossPct, trailingStopPct, takeProfitPct, variantKey } = report;
  const trail = trailingStopPct === null ? [] : [["trail %", formatRisk(trailingStopPct)] as const];
  return [
    ["rank", String(rank)],
    ...Object.entries(params).map(([name, value]) => [name, String(value)] as const),
    ["stop %", formatRisk(stopLossPct)],
    ...trail,
    ["target %", formatRisk(takeProfitPct)],
    ["key", variantKey],
  ];
}

const METRIC_COLUMNS: readonly TableColumn[] = [
  { title: "metric", align: "left" },
  { title: "value", align: "right" },
];

const TRADE_COLUMNS: readonly TableColumn[] = [
  { title: "#", align: "right" },
  { title: "side", align: "left" },
  { title: "entry", align: "left" },
  { title: "exit", align: "left" },
  { title: "entry fill", align: "right" },
  { title: "exit fill", align: "right" },
  { title: "profit", align: "right" },
  { title: "return %", align: "right" },
  { title: "why", align: "left" },
];

function tradeTable(trades: readonly TradeView[]): string {
  const rows = trades.map((trade, i) => [
    String(i + 1),
    trade.side,
    minute(trade.entryTime),
    minute(trade.exitTime),
    trade.entryFill.toPrecision(8),
    trade.exitFill.toPrecision(8),
    trade.netProfit.toFixed(2),
    trade.returnPct.toFixed(2),
    trade.exitReason,
  ]);
  return renderTable(TRADE_COLUMNS, rows);
}

/** `2024-01-31T12:00:00.000Z` -> `2024-01-31 12:00` */
function minute(instant: string): string {
  return instant.slice(0, 16).replace("T", " ");
}
