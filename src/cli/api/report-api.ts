import type { CurveView, ReportRequest, ReportView, TradeView } from "../run-view.ts";
import { type ApiClient, FAILURE_FIELDS, successOf } from "./client.ts";
import {
  type ApiConnection,
  type ApiVariant,
  allPages,
  globalId,
  VARIANT_FIELDS,
  variantOf,
} from "./runs-api.ts";

const TRADE_FIELDS =
  "side entryTime exitTime entryPrice exitPrice entryFill exitFill stake quantity " +
  "entryFee exitFee funding grossProfit netProfit returnPct exitReason";

const REPORT_QUERY = `query ($id: ID!, $rank: Int!, $points: Int) {
  run(id: $id) {
    variantReport(rank: $rank, points: $points) {
      ${FAILURE_FIELDS}
      ... on VariantReport {
        rank variantIndex variantKey ${VARIANT_FIELDS} start end startCash endEquity
        figures { name value } table { label text } trials { count sharpeVariance }
        trades(first: 0) { totalCount }
        equity { time value } drawdown { time value }
      }
    }
  }
}`;

/** The fewest points there can be: a page of trades needs no curves. */
const TRADES_QUERY = `query ($id: ID!, $rank: Int!, $first: Int!, $after: String) {
  run(id: $id) {
    variantReport(rank: $rank, points: 4) {
      ${FAILURE_FIELDS}
      ... on VariantReport {
        trades(first: $first, after: $after) {
          edges { node { ${TRADE_FIELDS} } } pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
}`;

type ApiReport = Omit<ApiVariant, "metrics"> &
  Pick<ReportView, "rank" | "variantIndex" | "variantKey" | "start" | "end" | "trials"> &
  Pick<ReportView, "startCash" | "endEquity"> & {
    readonly figures: readonly { readonly name: string; readonly value: number | null }[];
    readonly table: readonly { readonly label: string; readonly text: string }[];
    readonly trades: { readonly totalCount: number };
    readonly equity: readonly CurveView[];
    readonly drawdown: readonly CurveView[];
  };

interface Answer<Report> {
  readonly run: { readonly variantReport: Report } | null;
}

/** One row of a run in full; null when there is no such run. Throws UserError for no such rank. */
export async function variantReport(
  api: ApiClient,
  runId: string,
  { rank, trades, points }: ReportRequest,
): Promise<ReportView | null> {
  const variables = { id: globalId(runId), rank };
  const { run } = await api.request<Answer<ApiReport>>(REPORT_QUERY, { ...variables, points });
  if (run === null) return null;
  const report = successOf(run.variantReport, "VariantReport");
  const pages = allPages<TradeView>(trades, async (page) => {
    const answer = await api.request<Answer<{ trades: ApiConnection<TradeView> }>>(TRADES_QUERY, {
      ...variables,
      ...page,
    });
    if (answer.run === null) return null;
    return successOf(answer.run.variantReport, "VariantReport").trades;
  });
  return viewOf(report, await pages);
}

function viewOf(report: ApiReport, trades: readonly TradeView[]): ReportView {
  const { rank, variantIndex, variantKey, start, end, startCash, endEquity, trials } = report;
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
