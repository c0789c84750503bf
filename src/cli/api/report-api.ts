import type { ApiClient } from "../../client/api-client.ts";
import { reportTrades } from "../../client/operations/report-trades.ts";
import {
  variantReport as reportOperation,
  type VariantReportData,
} from "../../client/operations/variant-report.ts";
import type { ReportRequest, ReportView, TradeView } from "../run-view.ts";
import { allPages, globalId, variantOf } from "./runs-api.ts";
import { successOf } from "./success-of.ts";

type ApiReport = Extract<
  NonNullable<VariantReportData["run"]>["variantReport"],
  { readonly __typename: "VariantReport" }
>;

/** One row of a run in full; null when there is no such run. Throws UserError for no such rank. */
export async function variantReport(
  api: ApiClient,
  runId: string,
  { rank, trades, points }: ReportRequest,
): Promise<ReportView | null> {
  const variables = { id: globalId(runId), rank };
  const { run } = await api.request(reportOperation, { ...variables, points });
  if (run === null) return null;
  const report = successOf(run.variantReport, "VariantReport");
  const pages = allPages(trades, async (page) => {
    const answer = await api.request(reportTrades, { ...variables, ...page });
    if (answer.run === null) return null;
    return successOf(answer.run.variantReport, "VariantReport").trades;
  });
  return viewOf(rank, report, await pages);
}

function viewOf(rank: number, report: ApiReport, trades: readonly TradeView[]): ReportView {
  const { variantIndex, variantKey, start, end, startCash, endEquity, trials } = report;
  const metrics = Object.fromEntries(report.figures.map(({ name, value }) => [name, value]));
  const variant = variantOf({ ...report, metrics });
  return {
    ...variant,
    ...{ rank, variantIndex, variantKey, start, end },
    ...{ startCash, endEquity, metrics, trials },
    table: report.table.map(({ label, text }) => [label, text]),
    tradeCount: report.trades.totalCount,
    trades,
    equity: report.equity,
    drawdownPct: report.drawdown,
  };
}
